package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * What packet of a flow a packet is: IPv4 without options or IPv6 without extension headers, and
 * TCP or UDP in it. One int, the transport header's offset and the protocol, so that it is compared
 * at once.
 */
final class TransportKind {
  /** A packet that belongs to no flow that is told apart here. */
  static final int NONE = 0;

  static final int TCP4 = Ipv4.MIN_HEADER_LENGTH | Tcp.PROTOCOL << Byte.SIZE;
  static final int UDP4 = Ipv4.MIN_HEADER_LENGTH | Udp.PROTOCOL << Byte.SIZE;
  static final int TCP6 = Ipv6.HEADER_LENGTH | Tcp.PROTOCOL << Byte.SIZE;
  static final int UDP6 = Ipv6.HEADER_LENGTH | Udp.PROTOCOL << Byte.SIZE;

  private static final int VERSION_4_NO_OPTIONS = 0x45;

  private TransportKind() {}

  /**
   * The kind of a packet of which {@link Ip#validate} says that it has {@code length} bytes: {@link
   * #NONE} as well for fragments and for what is shorter than a transport header.
   */
  static int of(long packet, int length) {
    int first = NativeMemory.getUnsignedByte(packet);
    if (first == VERSION_4_NO_OPTIONS) {
      int fragment = NativeMemory.getUnsignedShortBe(packet + Ipv4.FRAGMENT);
      return (fragment & ~Ipv4.DONT_FRAGMENT) != 0
          ? NONE
          : of(Ipv4.protocol(packet), Ipv4.MIN_HEADER_LENGTH, length);
    }
    return first >>> 4 == Ip.V6 ? of(Ipv6.nextHeader(packet), Ipv6.HEADER_LENGTH, length) : NONE;
  }

  private static int of(int protocol, int transport, int length) {
    int room = length - transport;
    boolean whole =
        (protocol == Tcp.PROTOCOL && room >= Tcp.MIN_HEADER_LENGTH)
            || (protocol == Udp.PROTOCOL && room >= Udp.HEADER_LENGTH);
    return whole ? transport | protocol << Byte.SIZE : NONE;
  }

  /** Bytes of the IP header: where the transport header is. */
  static int transport(int kind) {
    return kind & 0xff;
  }

  static int protocol(int kind) {
    return kind >>> Byte.SIZE;
  }

  static boolean isTcp(int kind) {
    return protocol(kind) == Tcp.PROTOCOL;
  }

  static boolean isIpv4(int kind) {
    return transport(kind) == Ipv4.MIN_HEADER_LENGTH;
  }

  /** Where the transport's checksum is, in bytes from its header's start. */
  static int checksumOffset(int kind) {
    return isTcp(kind) ? Tcp.CHECKSUM : Udp.CHECKSUM;
  }

  /** Whether two packets of the same kind have the same addresses and ports. */
  static boolean isSameFlow(int kind, long packet, long other) {
    // Addresses and ports lie side by side: 12 bytes, or 36.
    if (isIpv4(kind)) {
      return sameLong(packet, other, Ipv4.SOURCE)
          && sameInt(packet, other, Ipv4.SOURCE + Long.BYTES);
    }
    return sameLong(packet, other, Ipv6.SOURCE)
        && sameLong(packet, other, Ipv6.SOURCE + 8)
        && sameLong(packet, other, Ipv6.DESTINATION)
        && sameLong(packet, other, Ipv6.DESTINATION + 8)
        && sameInt(packet, other, Ipv6.HEADER_LENGTH);
  }

  /** Whether the checksums of a packet of {@code length} bytes are right, IPv4's own included. */
  static boolean hasValidChecksums(int kind, long packet, int length) {
    boolean v4 = isIpv4(kind);
    if (v4 && !Ipv4.hasValidChecksum(packet)) {
      return false;
    }
    // The addresses end where the transport header starts: one sum over both.
    int addresses = v4 ? Ipv4.SOURCE : Ipv6.SOURCE;
    long sum = Checksum.sum(packet + addresses, length - addresses);
    return Checksum.complement(sum + protocol(kind) + length - transport(kind)) == 0;
  }

  static boolean sameLong(long packet, long other, int offset) {
    return NativeMemory.getLong(packet + offset) == NativeMemory.getLong(other + offset);
  }

  static boolean sameInt(long packet, long other, int offset) {
    return NativeMemory.getInt(packet + offset) == NativeMemory.getInt(other + offset);
  }

  static boolean sameShort(long packet, long other, int offset) {
    return NativeMemory.getShort(packet + offset) == NativeMemory.getShort(other + offset);
  }
}
