package io.taltun.daemon.netlink;

import io.taltun.config.IpPrefix;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The main table's routes, as far as they decide which destinations a device needs no route of ours
 * for.
 */
final class CoveringRoutes {
  /** Whether one of a destination's routes is one that the kernel made for the device. */
  private final Map<IpPrefix, Boolean> connected = new HashMap<>();

  private final Set<Integer> lengths = new TreeSet<>(Comparator.reverseOrder());

  /**
   * @param index of the device, whose other routes are ours: they do not count
   * @param addresses that the device is to have; what the kernel made for others goes with them
   */
  CoveringRoutes(List<Route> main, int index, Collection<IpPrefix> addresses) {
    Set<IpPrefix> subnets = addresses.stream().map(IpPrefix::network).collect(Collectors.toSet());
    Set<Integer> seen = new HashSet<>();
    for (Route route : main) {
      boolean own = route.interfaceIndex() == index;
      if (own && !(route.isConnected() && subnets.contains(route.destination()))) {
        continue;
      }
      connected.merge(route.destination(), own, Boolean::logicalOr);
      seen.add(route.destination().length());
    }
    lengths.addAll(seen);
  }

  /** Whether the best route to a prefix is one that the kernel made for the device. */
  boolean isConnected(IpPrefix destination) {
    for (int length : lengths) {
      if (length <= destination.length()) {
        Boolean best = connected.get(new IpPrefix(destination.address(), length).network());
        if (best != null) {
          return best;
        }
      }
    }
    return false;
  }
}
