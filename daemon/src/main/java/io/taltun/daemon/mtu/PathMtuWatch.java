package io.taltun.daemon.mtu;

import io.taltun.daemon.netlink.Link;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.RouteWatch;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.PathProbe;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the device's MTU at what fits the way to every peer, for {@code mtu: auto}. The kernel
 * knows the ways' MTUs, from its links, routes and ICMP; data goes out without the mark that
 * routers may not cut it (DF), so that nothing depends on ICMP, and probes that have it give
 * routers a reason to tell (docs/decisions/0011-path-mtu.md). What the kernel learned expires after
 * ten minutes; before the MTU goes up, the ways are probed once more.
 */
public final class PathMtuWatch {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");
  private static final String NAME = "taltun-mtu";
  private static final int LOOK_EVERY_MS = 10_000;

  /** An ICMP error takes as long as the way to whoever sends it and back. */
  private static final long ANSWERS_WITHIN_MS = 1500;

  private final BooleanSupplier wanted;
  private final Callable<String> device;
  private final Supplier<List<PathUse>> uses;
  private final IntSupplier fwmark;

  // Written by the watch's thread.
  private final ProbePlan plan = new ProbePlan();

  private PathMtuWatch(
      BooleanSupplier wanted,
      Callable<String> device,
      Supplier<List<PathUse>> uses,
      IntSupplier fwmark) {
    this.wanted = wanted;
    this.device = device;
    this.uses = uses;
    this.fwmark = fwmark;
  }

  /**
   * Starts in the calling thread's network namespace, which has to be the sockets'.
   *
   * @param wanted whether the MTU is to follow now
   * @param device its name now; while it is in another namespace nothing is done
   * @param uses of all peers whose endpoint is known; asked on the watch's thread
   * @param fwmark of the sockets, 0 for none
   */
  public static RouteWatch start(
      BooleanSupplier wanted,
      Callable<String> device,
      Supplier<List<PathUse>> uses,
      IntSupplier fwmark)
      throws SystemCallException {
    PathMtuWatch watch = new PathMtuWatch(wanted, device, uses, fwmark);
    return RouteWatch.start(NAME, LOOK_EVERY_MS, watch::look);
  }

  private void look(RouteWatch watch) throws Exception {
    if (!wanted.getAsBoolean()) {
      return;
    }
    NetlinkSocket netlink = watch.netlink();
    Links links = new Links(netlink);
    Link link = links.find(device.call());
    List<PathUse> paths = uses.get();
    List<Endpoint> due = plan.due(paths, System.nanoTime());
    if (!due.isEmpty() && probe(watch, due, link.index())) {
      return;
    }
    Optional<PathMtu.Path> narrowest = narrowest(netlink, paths, link.index());
    int fitting = PathMtu.ofDevice(narrowest);
    if (fitting > link.mtu()) {
      List<Endpoint> all =
          paths.stream().map(PathUse::endpoint).limit(ProbePlan.MOST_PROBES).toList();
      if (probe(watch, all, link.index())) {
        return;
      }
      narrowest = narrowest(netlink, paths, link.index());
      fitting = PathMtu.ofDevice(narrowest);
    }
    if (fitting != link.mtu()) {
      narrowest.ifPresent(
          it -> LOG.info("the path to {} takes {} bytes", it.address().getHostAddress(), it.mtu()));
      links.setMtu(link.index(), fitting);
    }
  }

  private Optional<PathMtu.Path> narrowest(NetlinkSocket netlink, List<PathUse> paths, int own)
      throws SystemCallException {
    List<InetAddress> addresses =
        paths.stream().map(it -> it.endpoint().address()).distinct().toList();
    return new PathMtu(netlink).narrowest(addresses, fwmark.getAsInt(), own);
  }

  /** Sends probes and waits for what routers say; true when it is to end. */
  private boolean probe(RouteWatch watch, List<Endpoint> endpoints, int own)
      throws SystemCallException, InterruptedException {
    PathMtu mtus = new PathMtu(watch.netlink());
    try (PathProbe probe = PathProbe.open(fwmark.getAsInt())) {
      for (Endpoint endpoint : endpoints) {
        Optional<PathMtu.Path> path = mtus.to(endpoint.address(), fwmark.getAsInt(), own);
        if (path.isPresent()) {
          int errno = probe.send(endpoint, path.get().linkMtu());
          if (errno != 0) {
            LOG.debug("cannot probe the path to {}: {}", endpoint, Errno.text(errno));
          }
        }
      }
      // The sockets have to be there when the answers come.
      return watch.pause(ANSWERS_WITHIN_MS);
    }
  }
}
