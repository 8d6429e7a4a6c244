package io.taltun.daemon.control;

import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.RouteNews;
import io.taltun.daemon.netlink.Routes;
import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives local addresses up when this host's routes change: after each change it asks the kernel
 * whether what goes to a peer still leaves by the interface that the peer is heard on, as the
 * kernel's WireGuard does when its cached route has become stale. A peer whose link failed is then
 * reached from the address of another one, and follows. An address that still works is learned
 * again with the peer's next packet.
 *
 * <p>One thread of its own, asleep between changes: a router with a full table changes its routes
 * all the time, so it takes a tenth of one CPU at most.
 */
public final class LocalAddressWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("control");
  private static final String NAME = "taltun-routes";

  /** Changes come in bursts. */
  private static final long GATHER_MS = 20;

  private static final long LEAST_PAUSE_MS = 100;
  private static final long PAUSE_FACTOR = 10;

  private final Callable<List<Endpoint>> endpoints;
  private final IntSupplier fwmark;
  private final NetlinkSocket netlink;
  private final RouteNews news;
  private final Epoll epoll = new Epoll();
  private final EventFd stop = new EventFd();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name(NAME).daemon().unstarted(this::run);

  private LocalAddressWatch(
      Callable<List<Endpoint>> endpoints, IntSupplier fwmark, NetlinkSocket netlink, RouteNews news)
      throws SystemCallException {
    this.endpoints = endpoints;
    this.fwmark = fwmark;
    this.netlink = netlink;
    this.news = news;
    epoll.add(news.fd());
    epoll.add(stop.fd());
  }

  /**
   * Starts in the calling thread's network namespace, which has to be the sockets'.
   *
   * @param endpoints of all peers; asked on the watch's thread
   * @param fwmark of the sockets, 0 for none
   */
  public static LocalAddressWatch start(Callable<List<Endpoint>> endpoints, IntSupplier fwmark)
      throws SystemCallException {
    NetlinkSocket netlink = NetlinkSocket.open();
    RouteNews news = null;
    try {
      news = RouteNews.open();
      LocalAddressWatch watch = new LocalAddressWatch(endpoints, fwmark, netlink, news);
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
      boolean again = false;
      while (again || awaitNews()) {
        again = false;
        if (pause(GATHER_MS)) {
          return;
        }
        news.drain();
        long beganNs = System.nanoTime();
        try {
          check();
        } catch (Exception e) {
          // The control thread has no time, or a peer's address is of a family that went.
          LOG.debug("cannot check the local addresses, trying again: {}", e.toString());
          again = true;
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
  private boolean awaitNews() {
    while (true) {
      int events = epoll.await(-1);
      for (int i = 0; i < events; i++) {
        if (epoll.readable(i) == stop.fd()) {
          return false;
        }
      }
      if (events > 0) {
        return true;
      }
    }
  }

  /** True when it is to end. */
  private boolean pause(long ms) throws InterruptedException {
    return stopped.await(ms, TimeUnit.MILLISECONDS);
  }

  private void check() throws Exception {
    Routes routes = new Routes(netlink);
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
