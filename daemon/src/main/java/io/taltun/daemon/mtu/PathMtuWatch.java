package io.taltun.daemon.mtu;

import io.taltun.daemon.netlink.Link;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.RouteNews;
import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.PathProbe;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the device's MTU at what fits the way to every peer, for {@code mtu: auto}. The kernel
 * knows the ways' MTUs, from its links, routes and ICMP; data goes out without the mark that
 * routers may not cut it (DF), so that nothing depends on ICMP, and probes that have it give
 * routers a reason to tell (docs/decisions/0010-path-mtu.md). What the kernel learned expires after
 * ten minutes; before the MTU goes up, the ways are probed once more.
 *
 * <p>One thread of its own, which takes a tenth of one CPU at most.
 */
public final class PathMtuWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");
  private static final int LOOK_EVERY_MS = 10_000;

  /** An ICMP error takes as long as the way to whoever sends it and back. */
  private static final long ANSWERS_WITHIN_MS = 1500;

  private static final long LEAST_PAUSE_MS = 200;
  private static final long PAUSE_FACTOR = 10;

  private final BooleanSupplier wanted;
  private final Callable<String> device;
  private final Supplier<List<PathUse>> uses;
  private final IntSupplier fwmark;
  private final NetlinkSocket netlink;
  private final RouteNews news;
  private final Epoll epoll = new Epoll();
  private final EventFd stop = new EventFd();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread =
      Thread.ofPlatform().name("taltun-mtu").daemon().unstarted(this::run);

  // Written by the thread.
  private final ProbePlan plan = new ProbePlan();

  private PathMtuWatch(
      BooleanSupplier wanted,
      Callable<String> device,
      Supplier<List<PathUse>> uses,
      IntSupplier fwmark,
      NetlinkSocket netlink,
      RouteNews news)
      throws SystemCallException {
    this.wanted = wanted;
    this.device = device;
    this.uses = uses;
    this.fwmark = fwmark;
    this.netlink = netlink;
    this.news = news;
    epoll.add(news.fd());
    epoll.add(stop.fd());
  }

  /**
   * Starts in the calling thread's network namespace, which has to be the sockets'.
   *
   * @param wanted whether the MTU is to follow now
   * @param device its name now; while it is in another namespace nothing is done
   * @param uses of all peers whose endpoint is known; asked on the watch's thread
   * @param fwmark of the sockets, 0 for none
   */
  public static PathMtuWatch start(
      BooleanSupplier wanted,
      Callable<String> device,
      Supplier<List<PathUse>> uses,
      IntSupplier fwmark)
      throws SystemCallException {
    NetlinkSocket netlink = NetlinkSocket.open();
    RouteNews news = null;
    try {
      news = RouteNews.open();
      PathMtuWatch watch = new PathMtuWatch(wanted, device, uses, fwmark, netlink, news);
      watch.thread.start();
      return watch;
    } catch (SystemCallException e) {
      netlink.close();
      if (news != null) {
        news.close();
      }
      throw e;
    }
  }

  private void run() {
    try {
      while (awaitTurn()) {
        news.drain();
        long beganNs = System.nanoTime();
        try {
          look();
        } catch (InterruptedException e) {
          throw e;
        } catch (Exception e) {
          // The device is elsewhere, the control thread has no time, or a family went.
          LOG.debug("cannot look at the paths' MTU, trying again: {}", e.toString());
        }
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        if (pause(Math.max(LEAST_PAUSE_MS, PAUSE_FACTOR * tookMs))) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** False when it is to end. */
  private boolean awaitTurn() {
    int events = epoll.await(LOOK_EVERY_MS);
    for (int i = 0; i < events; i++) {
      if (epoll.readable(i) == stop.fd()) {
        return false;
      }
    }
    return stopped.getCount() > 0;
  }

  /** True when it is to end. */
  private boolean pause(long ms) throws InterruptedException {
    return stopped.await(ms, TimeUnit.MILLISECONDS);
  }

  private void look() throws Exception {
    if (!wanted.getAsBoolean()) {
      return;
    }
    Links links = new Links(netlink);
    Link link = links.find(device.call());
    List<PathUse> paths = uses.get();
    List<Endpoint> due = plan.due(paths, System.nanoTime());
    if (!due.isEmpty() && probe(due, link.index())) {
      return;
    }
    Optional<PathMtu.Path> narrowest = narrowest(paths, link.index());
    int fitting = PathMtu.ofDevice(narrowest);
    if (fitting > link.mtu()) {
      List<Endpoint> all =
          paths.stream().map(PathUse::endpoint).limit(ProbePlan.MOST_PROBES).toList();
      if (probe(all, link.index())) {
        return;
      }
      narrowest = narrowest(paths, link.index());
      fitting = PathMtu.ofDevice(narrowest);
    }
    if (fitting != link.mtu()) {
      narrowest.ifPresent(
          it -> LOG.info("the path to {} takes {} bytes", it.address().getHostAddress(), it.mtu()));
      links.setMtu(link.index(), fitting);
    }
  }

  private Optional<PathMtu.Path> narrowest(List<PathUse> paths, int own)
      throws SystemCallException {
    List<InetAddress> addresses =
        paths.stream().map(it -> it.endpoint().address()).distinct().toList();
    return new PathMtu(netlink).narrowest(addresses, fwmark.getAsInt(), own);
  }

  /** Sends probes and waits for what routers say; true when it is to end. */
  private boolean probe(List<Endpoint> endpoints, int own)
      throws SystemCallException, InterruptedException {
    PathMtu mtus = new PathMtu(netlink);
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
      return pause(ANSWERS_WITHIN_MS);
    }
  }

  /** Ends the thread and waits for it. */
  @Override
  public void close() {
    stopped.countDown();
    stop.signal();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    epoll.close();
    stop.close();
    news.close();
    netlink.close();
  }
}
