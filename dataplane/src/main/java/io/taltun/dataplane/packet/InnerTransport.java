package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * Where the transport header of a packet is, found through options, fragment and extension headers.
 * One int, so that nothing is allocated:
 *
 * <pre>
 *  bits 0 to 7  protocol     8 to 23  offset in bytes     24  first fragment     25  later fragment
 *  26  unknown: the chain is too long or leaves the packet     27  names hops of its own
 * </pre>
 */
public final class InnerTransport {
  /** ICMP's protocol number. */
  public static final int ICMP = 1;

  /** ICMPv6's next header value. */
  public static final int ICMPV6 = 58;

  private static final int FIRST_FRAGMENT = 1 << 24;
  private static final int LATER_FRAGMENT = 1 << 25;
  private static final int UNKNOWN = 1 << 26;
  private static final int SOURCE_ROUTED = 1 << 27;

  /**
   * Extension headers that are walked: as many as RFC 8200, section 4.1, has in its longest row.
   */
  private static final int MAX_EXTENSIONS = 8;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION_OPTIONS = 60;
  private static final int MOBILITY = 135;
  private static final int HIP = 139;
  private static final int SHIM6 = 140;

  /** Bytes of the shortest extension header. */
  private static final int LEAST_EXTENSION = 8;

  private static final int SEGMENTS_LEFT = 3;
  private static final int FRAGMENT_FIELD = 2;
  private static final int FRAGMENT_IDENTIFICATION = 4;

  private static final int IPV4_MORE = 0x2000;
  private static final int IPV4_OFFSET = 0x1fff;

  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int LOOSE_SOURCE_ROUTE = 131;
  private static final int STRICT_SOURCE_ROUTE = 137;

  private InnerTransport() {}

  /**
   * Looks for the transport header.
   *
   * @param packet whose fixed header is there and of a known version; nothing else is trusted
   * @param length bytes that may be read, at most 65,535; the packet itself may claim more
   */
  public static int locate(long packet, int length) {
    return Ip.version(packet) == Ip.V4 ? locateIpv4(packet, length) : locateIpv6(packet, length);
  }

  private static int locateIpv4(long packet, int length) {
    int headerLength = Ipv4.headerLength(packet);
    if (headerLength < Ipv4.MIN_HEADER_LENGTH || headerLength > length) {
      return UNKNOWN;
    }
    int found = Ipv4.protocol(packet) | headerLength << Byte.SIZE;
    if (headerLength > Ipv4.MIN_HEADER_LENGTH && isSourceRouted(packet, headerLength)) {
      found |= SOURCE_ROUTED;
    }
    int field = NativeMemory.getUnsignedShortBe(packet + Ipv4.FRAGMENT);
    if ((field & IPV4_OFFSET) != 0) {
      return found | LATER_FRAGMENT;
    }
    return (field & IPV4_MORE) != 0 ? found | FIRST_FRAGMENT : found;
  }

  /** Whether one of the options of RFC 791 (section 3.1) is there that names other destinations. */
  private static boolean isSourceRouted(long packet, int headerLength) {
    int at = Ipv4.MIN_HEADER_LENGTH;
    while (at < headerLength) {
      int option = NativeMemory.getUnsignedByte(packet + at);
      if (option == LOOSE_SOURCE_ROUTE || option == STRICT_SOURCE_ROUTE) {
        return true;
      }
      if (option == END_OF_OPTIONS) {
        return false;
      }
      if (option == NO_OPERATION) {
        at++;
      } else {
        int optionLength =
            at + 1 < headerLength ? NativeMemory.getUnsignedByte(packet + at + 1) : 0;
        if (optionLength < 2) {
          return false;
        }
        at += optionLength;
      }
    }
    return false;
  }

  private static int locateIpv6(long packet, int length) {
    int next = Ipv6.nextHeader(packet);
    int at = Ipv6.HEADER_LENGTH;
    int flags = 0;
    for (int i = 0; isExtension(next); i++) {
      if (i == MAX_EXTENSIONS || at + LEAST_EXTENSION > length) {
        return UNKNOWN | flags;
      }
      long header = packet + at;
      if (next == FRAGMENT) {
        int field = NativeMemory.getUnsignedShortBe(header + FRAGMENT_FIELD);
        if (field >>> 3 != 0) {
          return NativeMemory.getUnsignedByte(header) | at << Byte.SIZE | flags | LATER_FRAGMENT;
        }
        flags |= (field & 1) != 0 ? FIRST_FRAGMENT : 0;
      } else if (next == ROUTING && NativeMemory.getByte(header + SEGMENTS_LEFT) != 0) {
        flags |= SOURCE_ROUTED;
      }
      at += extensionLength(next, NativeMemory.getUnsignedByte(header + 1));
      if (at > length) {
        return UNKNOWN | flags;
      }
      next = NativeMemory.getUnsignedByte(header);
    }
    return next | at << Byte.SIZE | flags;
  }

  private static boolean isExtension(int next) {
    return switch (next) {
      case HOP_BY_HOP,
          ROUTING,
          FRAGMENT,
          AUTHENTICATION,
          DESTINATION_OPTIONS,
          MOBILITY,
          HIP,
          SHIM6 ->
          true;
      default -> false;
    };
  }

  /** RFC 8200, sections 4.3 to 4.6; RFC 4302, section 2.2, counts in words of four bytes. */
  private static int extensionLength(int type, int field) {
    return switch (type) {
      case FRAGMENT -> LEAST_EXTENSION;
      case AUTHENTICATION -> (field + 2) * Integer.BYTES;
      default -> (field + 1) * Long.BYTES;
    };
  }

  /** 0 to 255; of a later fragment what its header says. Not of an unknown one. */
  public static int protocol(int found) {
    return found & 0xff;
  }

  /** Where the transport header begins, in bytes; not of a later fragment or an unknown one. */
  public static int offset(int found) {
    return found >>> Byte.SIZE & 0xffff;
  }

  /** Whether more of the packet comes in other fragments. */
  public static boolean isFirstFragment(int found) {
    return (found & FIRST_FRAGMENT) != 0;
  }

  /** Whether it is a fragment without the transport header. */
  public static boolean isLaterFragment(int found) {
    return (found & LATER_FRAGMENT) != 0;
  }

  /** Whether no transport header was found. */
  public static boolean isUnknown(int found) {
    return (found & UNKNOWN) != 0;
  }

  /**
   * Whether the packet tells its receiver to send it on to an address of its own choice: a source
   * route, or a routing header with segments left.
   */
  public static boolean isSourceRouted(int found) {
    return (found & SOURCE_ROUTED) != 0;
  }

  /**
   * The number that all fragments of a packet have, as one word.
   *
   * @param found of a fragment
   */
  public static int identification(long packet, int found, int length) {
    if (Ip.version(packet) == Ip.V4) {
      return NativeMemory.getUnsignedShortBe(packet + Ipv4.IDENTIFICATION);
    }
    int at = isLaterFragment(found) ? offset(found) : fragmentHeader(packet, length);
    return NativeMemory.getIntBe(packet + at + FRAGMENT_IDENTIFICATION);
  }

  /** Of a packet in which {@link #locate} went past a fragment header. */
  private static int fragmentHeader(long packet, int length) {
    int next = Ipv6.nextHeader(packet);
    int at = Ipv6.HEADER_LENGTH;
    while (next != FRAGMENT && at + LEAST_EXTENSION <= length) {
      int after = NativeMemory.getUnsignedByte(packet + at);
      at += extensionLength(next, NativeMemory.getUnsignedByte(packet + at + 1));
      next = after;
    }
    return Math.min(at, length - LEAST_EXTENSION);
  }
}
