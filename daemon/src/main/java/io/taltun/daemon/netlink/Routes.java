package io.taltun.daemon.netlink;

import io.taltun.config.IpPrefix;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The kernel's routes. Thread: the socket's. */
public final class Routes {
  /** RT_TABLE_MAIN. */
  public static final long MAIN = Rtnetlink.RT_TABLE_MAIN;

  private static final int HEADER_LENGTH = 12;
  private static final int HEADER_PREFIX_LENGTH = 1;
  private static final int HEADER_TABLE = 4;
  private static final int HEADER_PROTOCOL = 5;
  private static final int HEADER_TYPE = 7;
  private static final int HEADER_FLAGS = 8;

  private final NetlinkSocket netlink;
  private final Links links;

  public Routes(NetlinkSocket netlink) {
    this.netlink = netlink;
    this.links = new Links(netlink);
  }

  /**
   * Sends a prefix to an interface. The same route there already is fine; one to another interface
   * is not replaced, because that could be how the machine is reached.
   *
   * @param destination without host bits
   * @param table 1 to 2^32 - 1
   * @throws SystemCallException EEXIST when the prefix goes elsewhere
   */
  public void add(int index, IpPrefix destination, long table) throws SystemCallException {
    try {
      netlink.change(
          message(
              Rtnetlink.RTM_NEWROUTE,
              Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL,
              index,
              destination,
              table),
          () -> "cannot add route " + destination + " to " + links.name(index) + inTable(table));
    } catch (SystemCallException e) {
      if (e.errno() != Errno.EEXIST || !has(index, destination, table)) {
        throw e;
      }
    }
  }

  /** Removes a route that {@link #add} made. */
  public void remove(int index, IpPrefix destination, long table) throws SystemCallException {
    netlink.change(
        message(Rtnetlink.RTM_DELROUTE, 0, index, destination, table),
        () -> "cannot remove route " + destination + " from " + links.name(index) + inTable(table));
  }

  /**
   * The unicast routes of a table that leave by an interface, IPv4 first.
   *
   * @param table 0 for every table
   * @param index 0 for every interface
   */
  public List<Route> list(long table, int index) throws SystemCallException {
    List<Route> routes = new ArrayList<>();
    for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
      NetlinkMessage request =
          new NetlinkMessage(Rtnetlink.RTM_GETROUTE, Rtnetlink.NLM_F_DUMP)
              .routeHeader(family, 0, 0, 0, 0);
      if (table != 0) {
        request.attribute(Rtnetlink.RTA_TABLE, (int) table);
      }
      if (index != 0) {
        request.attribute(Rtnetlink.RTA_OIF, index);
      }
      for (NetlinkReply reply : netlink.dump(request, () -> "cannot list the routes")) {
        Route route = route(reply, family);
        if (route != null
            && (table == 0 || route.table() == table)
            && (index == 0 || route.interfaceIndex() == index)) {
          routes.add(route);
        }
      }
    }
    return routes;
  }

  /**
   * Asks which way a packet would go.
   *
   * @param mark the packet's fwmark; 0 for none
   * @return empty when there is no way
   */
  public Optional<RoutePath> lookup(InetAddress destination, int mark) throws SystemCallException {
    byte[] bytes = destination.getAddress();
    NetlinkMessage request =
        new NetlinkMessage(Rtnetlink.RTM_GETROUTE, 0)
            .routeHeader(family(destination), bytes.length * Byte.SIZE, 0, 0, 0)
            .attribute(Rtnetlink.RTA_DST, bytes);
    if (mark != 0) {
      request.attribute(Rtnetlink.RTA_MARK, mark);
    }
    try {
      NetlinkReply reply =
          netlink.get(request, () -> "cannot ask for the route to " + destination.getHostAddress());
      if (reply == null) {
        return Optional.empty();
      }
      Attributes attributes = reply.attributes(HEADER_LENGTH);
      int index = attributes.integer(Rtnetlink.RTA_OIF, 0);
      int known = attributes.nested(Rtnetlink.RTA_METRICS).integer(Rtnetlink.RTAX_MTU, 0);
      return Optional.of(
          new RoutePath(
              index,
              known != 0 ? known : links.mtu(index),
              attributes.address(Rtnetlink.RTA_PREFSRC)));
    } catch (SystemCallException e) {
      return switch (e.errno()) {
        // The last three are what a blackhole, a prohibition and a missing family answer.
        case Errno.ENETUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EINVAL,
            Errno.EACCES,
            Errno.EAFNOSUPPORT,
            Errno.EOPNOTSUPP ->
            Optional.empty();
        default -> throw e;
      };
    }
  }

  /**
   * Asks by which interface a packet would leave.
   *
   * @param source an address of this host
   * @param mark the packet's fwmark; 0 for none
   * @return the interface's index; 0 when there is no way, or the source is not this host's any
   *     more
   */
  public int interfaceTowards(InetAddress destination, InetAddress source, int mark)
      throws SystemCallException {
    byte[] bytes = destination.getAddress();
    NetlinkMessage request =
        new NetlinkMessage(Rtnetlink.RTM_GETROUTE, 0)
            .routeHeader(family(destination), bytes.length * Byte.SIZE, 0, 0, 0)
            .attribute(Rtnetlink.RTA_DST, bytes)
            .routeSource(source.getAddress());
    if (mark != 0) {
      request.attribute(Rtnetlink.RTA_MARK, mark);
    }
    try {
      NetlinkReply reply =
          netlink.get(request, () -> "cannot ask for the route to " + destination.getHostAddress());
      return reply == null ? 0 : reply.attributes(HEADER_LENGTH).integer(Rtnetlink.RTA_OIF, 0);
    } catch (SystemCallException e) {
      if (e.errno() == Errno.EBADF || e.errno() == Errno.ENOBUFS) {
        throw e;
      }
      return 0;
    }
  }

  private boolean has(int index, IpPrefix destination, long table) throws SystemCallException {
    return list(table, index).stream().anyMatch(it -> it.destination().equals(destination));
  }

  private static NetlinkMessage message(
      int type, int flags, int index, IpPrefix destination, long table) {
    boolean removal = type == Rtnetlink.RTM_DELROUTE;
    int ipv4Scope = removal ? Rtnetlink.RT_SCOPE_NOWHERE : Rtnetlink.RT_SCOPE_LINK;
    return new NetlinkMessage(type, flags | Rtnetlink.NLM_F_ACK)
        .routeHeader(
            family(destination.address()),
            destination.length(),
            Rtnetlink.RTPROT_STATIC,
            destination.isIpv4() ? ipv4Scope : Rtnetlink.RT_SCOPE_UNIVERSE,
            Rtnetlink.RTN_UNICAST)
        .attribute(Rtnetlink.RTA_DST, destination.address().getAddress())
        .attribute(Rtnetlink.RTA_OIF, index)
        // The header's table has one byte only.
        .attribute(Rtnetlink.RTA_TABLE, (int) table);
  }

  private static Route route(NetlinkReply reply, int family) {
    if (reply.type() != Rtnetlink.RTM_NEWROUTE
        || reply.headerByte(0) != family
        || reply.headerByte(HEADER_TYPE) != Rtnetlink.RTN_UNICAST
        || (reply.headerInt(HEADER_FLAGS) & Rtnetlink.RTM_F_CLONED) != 0) {
      return null;
    }
    Attributes attributes = reply.attributes(HEADER_LENGTH);
    // A default route carries no RTA_DST.
    InetAddress address =
        attributes.has(Rtnetlink.RTA_DST)
            ? attributes.address(Rtnetlink.RTA_DST)
            : anyAddress(family);
    IpPrefix destination = prefix(address, reply.headerByte(HEADER_PREFIX_LENGTH));
    if (destination == null) {
      return null;
    }
    return new Route(
        destination,
        Integer.toUnsignedLong(
            attributes.integer(Rtnetlink.RTA_TABLE, reply.headerByte(HEADER_TABLE))),
        attributes.integer(Rtnetlink.RTA_OIF, 0),
        reply.headerByte(HEADER_PROTOCOL),
        Integer.toUnsignedLong(attributes.integer(Rtnetlink.RTA_PRIORITY, 0)));
  }

  private static String inTable(long table) {
    return table == MAIN ? "" : " in table " + table;
  }

  static int family(InetAddress address) {
    return address instanceof Inet4Address ? Rtnetlink.AF_INET : Rtnetlink.AF_INET6;
  }

  /** 0.0.0.0 or ::. */
  static InetAddress anyAddress(int family) {
    try {
      return InetAddress.getByAddress(new byte[family == Rtnetlink.AF_INET ? 4 : 16]);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** Null when the two do not fit each other. */
  static IpPrefix prefix(InetAddress address, int length) {
    return address == null || length > address.getAddress().length * Byte.SIZE
        ? null
        : new IpPrefix(address, length);
  }
}
