package io.taltun.daemon.netlink;

import io.taltun.config.InterfaceConfig;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.config.RouteTable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the kernel is to know about a tunnel's device.
 *
 * @param name of the device
 * @param mtu in bytes
 * @param addresses host bits kept
 * @param routes without host bits and doubles, longest prefix first; allowed-ips and others alike
 * @param table where routes go
 * @param fwmark that the configuration names, 0 for none
 */
public record NetworkPlan(
    String name,
    int mtu,
    List<IpPrefix> addresses,
    List<IpPrefix> routes,
    RouteTable table,
    int fwmark) {
  /** Copies and orders the lists. */
  public NetworkPlan {
    addresses = addresses.stream().distinct().toList();
    routes =
        routes.stream()
            .map(IpPrefix::network)
            .distinct()
            .sorted(Comparator.comparingInt(IpPrefix::length).reversed())
            .toList();
  }

  /** From a configuration, with the MTU that was settled on. */
  public static NetworkPlan of(InterfaceConfig iface, List<PeerConfig> peers, int mtu) {
    List<IpPrefix> routes =
        Stream.concat(
                iface.routes().stream(), peers.stream().flatMap(peer -> peer.allowedIps().stream()))
            .toList();
    return new NetworkPlan(
        iface.name(), mtu, iface.addresses(), routes, iface.routeTable(), iface.fwmark());
  }

  /** Whether a default route is to go to the main table, which needs policy routing. */
  public boolean needsPolicyRouting() {
    return table.equals(RouteTable.MAIN) && routes.stream().anyMatch(it -> it.length() == 0);
  }
}
