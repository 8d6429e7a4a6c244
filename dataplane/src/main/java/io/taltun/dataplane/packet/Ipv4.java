package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The IPv4 header, RFC 791, section 3.1, in native memory. Accessors check nothing: {@link
 * #validate} comes first. Nothing is allocated.
 *
 * <pre>
 *  0  version (4 bits), header length in words (4)    1  type of service
 *  2  total length (2 bytes)
 *  4  identification (2)                              6  flags (3 bits), fragment offset (13)
 *  8  time to live    9  protocol                    10  header checksum (2)
 * 12  source (4)                                     16  destination (4)
 * </pre>
 */
public final class Ipv4 {
  /** Bytes of a header without options. */
  public static final int MIN_HEADER_LENGTH = 20;

  static final int TOTAL_LENGTH = 2;
  static final int IDENTIFICATION = 4;
  static final int FRAGMENT = 6;
  static final int TTL = 8;
  static final int PROTOCOL = 9;
  static final int CHECKSUM = 10;
  static final int SOURCE = 12;
  static final int DESTINATION = 16;

  /** In the word at {@link #FRAGMENT}, the only bit that a whole packet may have set. */
  static final int DONT_FRAGMENT = 0x4000;

  private static final int MORE_FRAGMENTS = 0x2000;
  private static final int FRAGMENT_OFFSET = 0x1fff;

  private Ipv4() {}

  /**
   * The packet's total length, or {@link Ip#MALFORMED} when {@code length} readable bytes do not
   * hold a whole IPv4 packet. The header checksum is not looked at: the packet was authenticated.
   */
  public static int validate(long packet, int length) {
    if (length < MIN_HEADER_LENGTH || Ip.version(packet) != Ip.V4) {
      return Ip.MALFORMED;
    }
    int headerLength = headerLength(packet);
    int totalLength = totalLength(packet);
    boolean whole =
        headerLength >= MIN_HEADER_LENGTH && totalLength >= headerLength && totalLength <= length;
    return whole ? totalLength : Ip.MALFORMED;
  }

  /** Bytes of the header, options included: 20 to 60 in a valid packet. */
  public static int headerLength(long packet) {
    return (NativeMemory.getByte(packet) & 0xf) * Integer.BYTES;
  }

  /** Bytes of the packet, header included, 0 to 65,535. */
  public static int totalLength(long packet) {
    return NativeMemory.getUnsignedShortBe(packet + TOTAL_LENGTH);
  }

  /** Whether this is a piece of a fragmented packet, the first one included. */
  public static boolean isFragment(long packet) {
    int field = NativeMemory.getUnsignedShortBe(packet + FRAGMENT);
    return (field & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0;
  }

  /** Whether this is a piece of a fragmented packet, and not the first one. */
  static boolean isLaterFragment(long packet) {
    return (NativeMemory.getUnsignedShortBe(packet + FRAGMENT) & FRAGMENT_OFFSET) != 0;
  }

  /** Hops left, 0 to 255. */
  public static int ttl(long packet) {
    return NativeMemory.getUnsignedByte(packet + TTL);
  }

  /** The protocol of the payload, 0 to 255. */
  public static int protocol(long packet) {
    return NativeMemory.getUnsignedByte(packet + PROTOCOL);
  }

  /** The source address, read as one big-endian word. */
  public static int source(long packet) {
    return NativeMemory.getIntBe(packet + SOURCE);
  }

  /** The destination address, read as one big-endian word. */
  public static int destination(long packet) {
    return NativeMemory.getIntBe(packet + DESTINATION);
  }

  /**
   * Takes one hop, as a router does (RFC 1812, section 5.3.1), and keeps the header checksum right
   * without summing the header again.
   *
   * @return false, and nothing changed, when no hop is left: the packet must be dropped
   */
  public static boolean decrementTtl(long packet) {
    int ttlAndProtocol = NativeMemory.getUnsignedShortBe(packet + TTL);
    if (ttlAndProtocol >>> Byte.SIZE <= 1) {
      return false;
    }
    int decremented = ttlAndProtocol - (1 << Byte.SIZE);
    int checksum = NativeMemory.getUnsignedShortBe(packet + CHECKSUM);
    int updated = Checksum.update(checksum, ttlAndProtocol, decremented);
    NativeMemory.putShortBe(packet + TTL, (short) decremented);
    NativeMemory.putShortBe(packet + CHECKSUM, (short) updated);
    return true;
  }

  /**
   * Whether the checksum of a header without options is right. Its 20 bytes are too few for the
   * loop of {@link Checksum#sum} to pay off; the sum is ffff whatever the order of a word's bytes.
   */
  static boolean hasValidChecksum(long packet) {
    long first = NativeMemory.getLong(packet);
    long second = NativeMemory.getLong(packet + 8);
    long sum = (first & 0xffff_ffffL) + (first >>> 32);
    sum += (second & 0xffff_ffffL) + (second >>> 32);
    sum += NativeMemory.getInt(packet + 16) & 0xffff_ffffL;
    return Checksum.complement(sum) == 0;
  }

  /**
   * The sum over the pseudo-header of TCP and UDP (RFC 9293, section 3.1), for {@link Checksum}.
   *
   * @param payloadLength bytes of the transport header and its data
   */
  public static int pseudoHeaderSum(long packet, int protocol, int payloadLength) {
    return Checksum.fold((long) Checksum.sum(packet + SOURCE, 8) + protocol + payloadLength);
  }
}
