package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The IPv6 header, RFC 8200, section 3, in native memory. Accessors check nothing: {@link
 * #validate} comes first. Nothing is allocated.
 *
 * <p>Extension headers are not walked: nothing here reads behind the fixed header, whatever it
 * announces, so there is no chain to overflow or to hide behind. Whoever needs the transport header
 * takes only packets whose {@link #nextHeader} already is that transport.
 *
 * <pre>
 *  0  version (4 bits), traffic class (8), flow label (20)
 *  4  payload length (2 bytes)      6  next header      7  hop limit
 *  8  source (16)                  24  destination (16)
 * </pre>
 */
public final class Ipv6 {
  /** Bytes of the fixed header. */
  public static final int HEADER_LENGTH = 40;

  static final int PAYLOAD_LENGTH = 4;
  static final int NEXT_HEADER = 6;
  static final int HOP_LIMIT = 7;
  static final int SOURCE = 8;
  static final int DESTINATION = 24;

  private static final int FRAGMENT_HEADER = 44;

  private Ipv6() {}

  /**
   * The packet's length, header included, or {@link Ip#MALFORMED} when {@code length} readable
   * bytes do not hold a whole IPv6 packet. Jumbograms (RFC 2675) count as their fixed header only.
   */
  public static int validate(long packet, int length) {
    if (length < HEADER_LENGTH || Ip.version(packet) != Ip.V6) {
      return Ip.MALFORMED;
    }
    int totalLength = HEADER_LENGTH + payloadLength(packet);
    return totalLength <= length ? totalLength : Ip.MALFORMED;
  }

  /** Bytes behind the fixed header, 0 to 65,535. */
  public static int payloadLength(long packet) {
    return NativeMemory.getUnsignedShortBe(packet + PAYLOAD_LENGTH);
  }

  /** The type of what follows the fixed header, an extension header or a transport, 0 to 255. */
  public static int nextHeader(long packet) {
    return NativeMemory.getUnsignedByte(packet + NEXT_HEADER);
  }

  /**
   * Whether a fragment header follows at once. Behind another extension header it is not seen; such
   * a packet has no transport as its next header either.
   */
  public static boolean isFragment(long packet) {
    return nextHeader(packet) == FRAGMENT_HEADER;
  }

  /** Hops left, 0 to 255. */
  public static int hopLimit(long packet) {
    return NativeMemory.getUnsignedByte(packet + HOP_LIMIT);
  }

  /** Bytes 0 to 7 of the source address, read as one big-endian word. */
  public static long sourceHigh(long packet) {
    return NativeMemory.getLongBe(packet + SOURCE);
  }

  /** Bytes 8 to 15 of the source address. */
  public static long sourceLow(long packet) {
    return NativeMemory.getLongBe(packet + SOURCE + Long.BYTES);
  }

  /** Bytes 0 to 7 of the destination address, read as one big-endian word. */
  public static long destinationHigh(long packet) {
    return NativeMemory.getLongBe(packet + DESTINATION);
  }

  /** Bytes 8 to 15 of the destination address. */
  public static long destinationLow(long packet) {
    return NativeMemory.getLongBe(packet + DESTINATION + Long.BYTES);
  }

  /**
   * Takes one hop, as a router does (RFC 8200, section 3).
   *
   * @return false, and nothing changed, when no hop is left: the packet must be dropped
   */
  public static boolean decrementHopLimit(long packet) {
    int hopLimit = hopLimit(packet);
    if (hopLimit <= 1) {
      return false;
    }
    NativeMemory.putByte(packet + HOP_LIMIT, (byte) (hopLimit - 1));
    return true;
  }

  /**
   * The sum over the pseudo-header of TCP and UDP (RFC 8200, section 8.1), for {@link Checksum}.
   *
   * @param payloadLength bytes of the transport header and its data, at most 65,535
   */
  public static int pseudoHeaderSum(long packet, int protocol, int payloadLength) {
    return Checksum.fold((long) Checksum.sum(packet + SOURCE, 32) + protocol + payloadLength);
  }
}
