package io.taltun.daemon.netlink;

import java.net.InetAddress;

/**
 * What the kernel would do now with a packet to an address.
 *
 * @param kind what in general
 * @param device by which it would leave; null when it would not
 * @param gateway to which it would go first; null when the address is on the link
 * @param source the address it would leave from; null when the kernel names none
 */
public record RouteAnswer(Kind kind, String device, InetAddress gateway, InetAddress source) {
  /** What a route does, by the kernel's words (rtnetlink(7)). */
  public enum Kind {
    /** It leaves by a device. */
    UNICAST,
    /** It is for this host. */
    LOCAL,
    /** It goes to all on a link. */
    BROADCAST,
    /** It goes to all who asked. */
    MULTICAST,
    /** It is dropped in silence. */
    BLACKHOLE,
    /** A route says that there is no way. */
    UNREACHABLE,
    /** A route forbids it. */
    PROHIBIT,
    /** No route. */
    NONE
  }

  /** Without a device. */
  static RouteAnswer of(Kind kind) {
    return new RouteAnswer(kind, null, null, null);
  }
}
