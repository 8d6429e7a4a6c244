package io.taltun.daemon.netlink;

import io.taltun.daemon.netlink.RouteAnswer.Kind;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import java.net.InetAddress;

/** Asks what {@code ip route get} asks. */
public final class RouteQuestion {
  private static final int HEADER_LENGTH = 12;
  private static final int HEADER_TYPE = 7;

  private RouteQuestion() {}

  /** The kernel's answer for a packet of this host, in this thread's network namespace. */
  public static RouteAnswer ask(InetAddress destination) throws SystemCallException {
    byte[] bytes = destination.getAddress();
    NetlinkMessage request =
        new NetlinkMessage(Rtnetlink.RTM_GETROUTE, 0)
            .routeHeader(Routes.family(destination), bytes.length * Byte.SIZE, 0, 0, 0)
            .attribute(Rtnetlink.RTA_DST, bytes);
    try (NetlinkSocket netlink = NetlinkSocket.open()) {
      NetlinkReply reply =
          netlink.get(request, () -> "cannot ask for the route to " + destination.getHostAddress());
      return reply == null ? RouteAnswer.of(Kind.NONE) : answer(reply, new Links(netlink));
    } catch (SystemCallException e) {
      return switch (e.errno()) {
        // What fib_props of the kernel's fib_semantics.c has for the three types of a route.
        case Errno.EINVAL -> RouteAnswer.of(Kind.BLACKHOLE);
        case Errno.EHOSTUNREACH -> RouteAnswer.of(Kind.UNREACHABLE);
        case Errno.EACCES -> RouteAnswer.of(Kind.PROHIBIT);
        case Errno.ENETUNREACH, Errno.EAFNOSUPPORT, Errno.EOPNOTSUPP -> RouteAnswer.of(Kind.NONE);
        default -> throw e;
      };
    }
  }

  private static RouteAnswer answer(NetlinkReply reply, Links links) {
    Kind kind =
        switch (reply.headerByte(HEADER_TYPE)) {
          case Rtnetlink.RTN_LOCAL, Rtnetlink.RTN_ANYCAST -> Kind.LOCAL;
          case Rtnetlink.RTN_BROADCAST -> Kind.BROADCAST;
          case Rtnetlink.RTN_MULTICAST -> Kind.MULTICAST;
          case Rtnetlink.RTN_BLACKHOLE -> Kind.BLACKHOLE;
          case Rtnetlink.RTN_UNREACHABLE -> Kind.UNREACHABLE;
          case Rtnetlink.RTN_PROHIBIT -> Kind.PROHIBIT;
          default -> Kind.UNICAST;
        };
    Attributes attributes = reply.attributes(HEADER_LENGTH);
    int index = attributes.integer(Rtnetlink.RTA_OIF, 0);
    return new RouteAnswer(
        kind,
        index == 0 ? null : links.name(index),
        attributes.address(Rtnetlink.RTA_GATEWAY),
        attributes.address(Rtnetlink.RTA_PREFSRC));
  }
}
