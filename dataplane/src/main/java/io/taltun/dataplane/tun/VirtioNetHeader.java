package io.taltun.dataplane.tun;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * {@code struct virtio_net_hdr} (linux/virtio_net.h), which a TUN device with IFF_VNET_HDR has in
 * front of each packet. Two-byte fields are in the host's order. Accessors check nothing and the
 * values are not to be trusted. Nothing is allocated.
 *
 * <pre>
 *  0  flags           1  gso_type        2  hdr_len (2 bytes)      4  gso_size (2)
 *  6  csum_start (2)                     8  csum_offset (2)
 * </pre>
 */
public final class VirtioNetHeader {
  /** Bytes of the header. */
  public static final int LENGTH = 10;

  /** Flag: the checksum field holds the pseudo-header's sum only; the taker completes it. */
  public static final int NEEDS_CSUM = 1;

  /**
   * Flag: the checksum was verified. The kernel sets it on what is read; in what is written to a
   * TUN device it means nothing (virtio_net_hdr_to_skb), and it sums such a packet itself.
   */
  public static final int DATA_VALID = 2;

  /** Type of an ordinary packet. */
  public static final int GSO_NONE = 0;

  public static final int GSO_TCPV4 = 1;

  /** UDP to be cut into IP fragments; never asked for, so it must not come. */
  public static final int GSO_UDP = 3;

  public static final int GSO_TCPV6 = 4;

  /** UDP, either version, to be cut into datagrams. */
  public static final int GSO_UDP_L4 = 5;

  /** Bit beside the type: the packet has TCP's CWR flag set. */
  public static final int GSO_ECN = 0x80;

  private static final int GSO_TYPE = 1;
  private static final int HDR_LEN = 2;
  private static final int GSO_SIZE = 4;
  private static final int CSUM_START = 6;
  private static final int CSUM_OFFSET = 8;

  private VirtioNetHeader() {}

  /** {@link #NEEDS_CSUM}, {@link #DATA_VALID}; 0 to 255. */
  public static int flags(long header) {
    return NativeMemory.getUnsignedByte(header);
  }

  /** One of the types, {@link #GSO_ECN} included; 0 to 255. */
  public static int gsoType(long header) {
    return NativeMemory.getUnsignedByte(header + GSO_TYPE);
  }

  /** Bytes of the packet's headers, a hint only; 0 to 65,535. */
  public static int headerLength(long header) {
    return NativeMemory.getShort(header + HDR_LEN) & 0xffff;
  }

  /** Payload bytes of each packet but the last; 0 to 65,535. */
  public static int gsoSize(long header) {
    return NativeMemory.getShort(header + GSO_SIZE) & 0xffff;
  }

  /** Where summing starts, in bytes from the packet's start: its transport header. */
  public static int checksumStart(long header) {
    return NativeMemory.getShort(header + CSUM_START) & 0xffff;
  }

  /** Where the checksum goes, in bytes from {@link #checksumStart}. */
  public static int checksumOffset(long header) {
    return NativeMemory.getShort(header + CSUM_OFFSET) & 0xffff;
  }

  /** The header of an ordinary, complete packet: all zero. */
  public static void clear(long header) {
    NativeMemory.putLong(header, 0);
    NativeMemory.putShort(header + CSUM_OFFSET, (short) 0);
  }

  /** Sets a type and its sizes in bytes. */
  public static void setSegmentation(long header, int gsoType, int headerLength, int gsoSize) {
    NativeMemory.putByte(header + GSO_TYPE, (byte) gsoType);
    NativeMemory.putShort(header + HDR_LEN, (short) headerLength);
    NativeMemory.putShort(header + GSO_SIZE, (short) gsoSize);
  }

  /** Leaves the checksum to the kernel: sets the flags to {@link #NEEDS_CSUM}, and its place. */
  public static void setPartialChecksum(long header, int start, int offset) {
    NativeMemory.putByte(header, (byte) NEEDS_CSUM);
    NativeMemory.putShort(header + CSUM_START, (short) start);
    NativeMemory.putShort(header + CSUM_OFFSET, (short) offset);
  }
}
