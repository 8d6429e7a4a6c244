package io.taltun.daemon.control;

import io.taltun.daemon.netlink.RouteWatch;
import io.taltun.daemon.netlink.Routes;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;

/**
 * Gives local addresses up when this host's routes change: after each change it asks the kernel
 * whether what goes to a peer still leaves by the interface that the peer is heard on, as the
 * kernel's WireGuard does when its cached route has become stale. A peer whose link failed is then
 * reached from the address of another one, and follows. An address that still works is learned
 * again with the peer's next packet.
 */
public final class LocalAddressWatch {
  private static final String NAME = "taltun-routes";

  private final Callable<List<Endpoint>> endpoints;
  private final IntSupplier fwmark;

  private LocalAddressWatch(Callable<List<Endpoint>> endpoints, IntSupplier fwmark) {
    this.endpoints = endpoints;
    this.fwmark = fwmark;
  }

  /**
   * Starts in the calling thread's network namespace, which has to be the sockets'.
   *
   * @param endpoints of all peers; asked on the watch's thread
   * @param fwmark of the sockets, 0 for none
   */
  public static RouteWatch start(Callable<List<Endpoint>> endpoints, IntSupplier fwmark)
      throws SystemCallException {
    LocalAddressWatch watch = new LocalAddressWatch(endpoints, fwmark);
    return RouteWatch.start(NAME, RouteWatch.NO_PERIOD, watch::check);
  }

  private void check(RouteWatch watch) throws Exception {
    Routes routes = new Routes(watch.netlink());
    for (Endpoint endpoint : endpoints.call()) {
      LocalAddress local = endpoint.local();
      // A link-local peer is reached by its own interface only.
      if (local == null || local.givenUp() || endpoint.scopeId() != 0) {
        continue;
      }
      int index =
          routes.interfaceTowards(endpoint.address(), endpoint.localAddress(), fwmark.getAsInt());
      if (index != local.interfaceIndex()) {
        local.giveUp();
      }
    }
  }
}
