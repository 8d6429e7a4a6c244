package io.taltun.daemon.reload;

import io.taltun.config.IpPrefix;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.gateway.ConfigTarget;
import io.taltun.daemon.gateway.ReconfigureException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Kernel routes, beside those of the peers' allowed-ips, to add and to remove without a file.
 *
 * @param add prefixes
 * @param remove prefixes
 * @param dryRun only finds out what would change
 */
public record RoutesRequest(List<String> add, List<String> remove, boolean dryRun)
    implements ConfigTarget {
  /** Copies the lists; null is none. */
  public RoutesRequest {
    add = add == null ? List.of() : List.copyOf(add);
    remove = remove == null ? List.of() : List.copyOf(remove);
  }

  @Override
  public boolean isFile() {
    return false;
  }

  @Override
  public TaltunConfig from(TaltunConfig running) throws ReconfigureException {
    Set<IpPrefix> routes = new LinkedHashSet<>(running.iface().routes());
    try {
      for (String route : remove) {
        if (!routes.remove(IpPrefix.parse(route).network())) {
          throw Claims.invalid(
              route
                  + " is none of the routes that were set by themselves; one of a peer's"
                  + " allowed-ips goes with that");
        }
      }
      add.forEach(route -> routes.add(IpPrefix.parse(route).network()));
    } catch (IllegalArgumentException e) {
      throw Claims.invalid(e.getMessage());
    }
    return PeersRequest.ownKeys(running, List.copyOf(routes), running.peers());
  }
}
