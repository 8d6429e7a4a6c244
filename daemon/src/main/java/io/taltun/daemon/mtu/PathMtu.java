package io.taltun.daemon.mtu;

import io.taltun.config.Mtu;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.RoutePath;
import io.taltun.daemon.netlink.Routes;
import io.taltun.dataplane.os.SystemCallException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What fits the way to every peer, as the kernel knows it: the smallest of the paths' MTUs less
 * what the tunnel adds. Thread: the netlink socket's.
 */
public final class PathMtu {
  /**
   * IPv6, UDP and transport message around a packet: 40, 8 and 32 bytes. IPv4 would leave 20 more;
   * wg-quick does not take them either, as a peer may come over the other family any time.
   */
  public static final int OVERHEAD = 80;

  /** What is taken for the path where there is no route at all: Ethernet. */
  private static final int UNKNOWN_PATH = Mtu.DEFAULT + OVERHEAD;

  /** The longest packet that a datagram carries: 65,507 bytes less header, tag and padding. */
  private static final int MOST = 65_456;

  /** Nobody has them (RFC 5737, RFC 3849): the way there is the default route. */
  private static final List<InetAddress> ELSEWHERE =
      List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1"));

  private final Routes routes;
  private final Links links;

  /** MTUs of interfaces, looked up once. */
  private final Map<Integer, Integer> linkMtus = new HashMap<>();

  /**
   * For one round of questions.
   *
   * @param netlink in the network namespace of the UDP sockets
   */
  public PathMtu(NetlinkSocket netlink) {
    routes = new Routes(netlink);
    links = new Links(netlink);
  }

  /**
   * A path.
   *
   * @param address where it leads
   * @param mtu as it is known, in bytes
   * @param linkMtu of the interface that it begins at: what a probe may have
   */
  public record Path(InetAddress address, int mtu, int linkMtu) {}

  /**
   * The way to an address.
   *
   * @param mark the datagrams' fwmark, 0 for none
   * @param own index of the tunnel's device: a way through the tunnel itself is none
   * @return empty when there is no way
   */
  public Optional<Path> to(InetAddress address, int mark, int own) throws SystemCallException {
    Optional<RoutePath> found = routes.lookup(address, mark);
    if (found.isEmpty() || found.get().interfaceIndex() == own) {
      return Optional.empty();
    }
    int index = found.get().interfaceIndex();
    Integer linkMtu = linkMtus.get(index);
    if (linkMtu == null) {
      linkMtu = links.mtu(index);
      linkMtus.put(index, linkMtu);
    }
    return Optional.of(new Path(address, Math.min(found.get().mtu(), linkMtu), linkMtu));
  }

  /**
   * The narrowest way to any of the addresses; the default route where there is none to them.
   *
   * @return empty when there is no default route either
   */
  public Optional<Path> narrowest(Collection<InetAddress> addresses, int mark, int own)
      throws SystemCallException {
    Optional<Path> narrowest = narrowestOf(addresses, mark, own);
    return narrowest.isPresent() ? narrowest : narrowestOf(ELSEWHERE, mark, own);
  }

  private Optional<Path> narrowestOf(Collection<InetAddress> addresses, int mark, int own)
      throws SystemCallException {
    Path narrowest = null;
    for (InetAddress address : addresses) {
      Path path = to(address, mark, own).orElse(null);
      if (path != null && (narrowest == null || path.mtu < narrowest.mtu)) {
        narrowest = path;
      }
    }
    return Optional.ofNullable(narrowest);
  }

  /**
   * The MTU of the device over a path: never below what IPv6 needs, as the datagrams may be cut on
   * their way.
   */
  public static int ofDevice(Optional<Path> path) {
    int mtu = path.map(Path::mtu).orElse(UNKNOWN_PATH);
    return Math.clamp(mtu - OVERHEAD, Mtu.LEAST_IPV6, MOST);
  }
}
