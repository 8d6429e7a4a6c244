package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The largest maximum segment size that a TCP connection through the tunnel may begin with (RFC
 * 9293, section 3.7.1): a larger one in a SYN or SYN-ACK is lowered, so that neither end sends what
 * the tunnel cannot carry, also where the ICMP messages that would tell it are lost on the way.
 *
 * @param ipv4 in bytes
 * @param ipv6 in bytes
 */
public record MssLimit(int ipv4, int ipv6) {
  /** Linux's TCP_MIN_MSS: no connection of its is smaller. */
  public static final int LEAST = 88;

  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int MAXIMUM_SEGMENT_SIZE = 2;
  private static final int MSS_OPTION_LENGTH = 4;

  /** What leaves room for the headers without options. */
  public static MssLimit ofMtu(int mtu) {
    return new MssLimit(
        Math.max(LEAST, mtu - Ipv4.MIN_HEADER_LENGTH - Tcp.MIN_HEADER_LENGTH),
        Math.max(LEAST, mtu - Ipv6.HEADER_LENGTH - Tcp.MIN_HEADER_LENGTH));
  }

  /**
   * Lowers the size that a packet names, and keeps its checksum as right or wrong as it was. Only
   * SYNs whose TCP header follows the IP header are looked at; the checksum must be complete, not
   * the pseudo-header's sum alone.
   *
   * @param packet of which {@link Ip#validate} says that it has {@code length} bytes
   * @return whether it was changed
   */
  public boolean apply(long packet, int length) {
    boolean v4 = Ip.version(packet) == Ip.V4;
    int protocol = v4 ? Ipv4.protocol(packet) : Ipv6.nextHeader(packet);
    if (protocol != Tcp.PROTOCOL) {
      return false;
    }
    int transport = v4 ? Ipv4.headerLength(packet) : Ipv6.HEADER_LENGTH;
    if (length - transport < Tcp.MIN_HEADER_LENGTH
        || (Tcp.flags(packet + transport) & Tcp.SYN) == 0) {
      return false;
    }
    return (!v4 || !Ipv4.isLaterFragment(packet))
        && lower(packet + transport, length - transport, v4 ? ipv4 : ipv6);
  }

  private static boolean lower(long tcp, int room, int limit) {
    int end = Math.min(Tcp.headerLength(tcp), room);
    int at = Tcp.MIN_HEADER_LENGTH;
    while (at < end) {
      int kind = NativeMemory.getUnsignedByte(tcp + at);
      if (kind == END_OF_OPTIONS) {
        return false;
      }
      if (kind == NO_OPERATION) {
        at++;
        continue;
      }
      int optionLength = at + 1 < end ? NativeMemory.getUnsignedByte(tcp + at + 1) : 0;
      if (optionLength < 2 || at + optionLength > end) {
        return false;
      }
      if (kind == MAXIMUM_SEGMENT_SIZE && optionLength == MSS_OPTION_LENGTH) {
        return lowerOption(tcp, at + 2, limit);
      }
      at += optionLength;
    }
    return false;
  }

  private static boolean lowerOption(long tcp, int at, int limit) {
    int named = NativeMemory.getUnsignedShortBe(tcp + at);
    if (named <= limit) {
      return false;
    }
    NativeMemory.putShortBe(tcp + at, (short) limit);
    int checksum = NativeMemory.getUnsignedShortBe(tcp + Tcp.CHECKSUM);
    // At an odd place its bytes are the halves of two words: it counts with them swapped.
    boolean odd = (at & 1) != 0;
    int updated =
        Checksum.update(checksum, odd ? swapped(named) : named, odd ? swapped(limit) : limit);
    NativeMemory.putShortBe(tcp + Tcp.CHECKSUM, (short) updated);
    return true;
  }

  private static int swapped(int word) {
    return Short.reverseBytes((short) word) & 0xffff;
  }
}
