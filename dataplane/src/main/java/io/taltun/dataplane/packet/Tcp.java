package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The TCP header, RFC 9293, section 3.1, in native memory. Accessors check nothing. Nothing is
 * allocated.
 *
 * <pre>
 *  0  source port (2 bytes)      2  destination port (2)
 *  4  sequence number (4)        8  acknowledgment number (4)
 * 12  data offset in words (4 bits), reserved (4)      13  flags
 * 14  window (2)                16  checksum (2)       18  urgent pointer (2)
 * 20  options
 * </pre>
 */
public final class Tcp {
  /** The protocol number. */
  public static final int PROTOCOL = 6;

  /** Bytes of a header without options. */
  public static final int MIN_HEADER_LENGTH = 20;

  static final int FIN = 0x01;
  static final int SYN = 0x02;
  static final int PSH = 0x08;
  static final int ACK = 0x10;
  static final int CWR = 0x80;

  static final int SEQUENCE = 4;
  static final int ACKNOWLEDGMENT = 8;
  static final int DATA_OFFSET = 12;
  static final int FLAGS = 13;
  static final int WINDOW = 14;
  static final int CHECKSUM = 16;
  static final int URGENT_POINTER = 18;

  private Tcp() {}

  /** Bytes of the header as it says itself, options included: 0 to 60, valid from 20 on. */
  public static int headerLength(long tcp) {
    return NativeMemory.getUnsignedByte(tcp + DATA_OFFSET) >>> 4 << 2;
  }

  /** The eight flags, CWR the highest. */
  public static int flags(long tcp) {
    return NativeMemory.getUnsignedByte(tcp + FLAGS);
  }

  /** Whether it is the first packet of a connection: SYN without ACK. */
  public static boolean beginsConnection(long tcp) {
    return (flags(tcp) & (SYN | ACK)) == SYN;
  }

  /** The sequence number, modulo 2^32. */
  public static int sequence(long tcp) {
    return NativeMemory.getIntBe(tcp + SEQUENCE);
  }
}
