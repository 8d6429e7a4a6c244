package io.taltun.daemon.netlink;

import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.SystemCallException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that looks at something whenever this host's links, addresses, routes or rules change. A
 * router with a full table changes its routes all the time, so it takes a tenth of one CPU at most.
 */
public final class RouteWatch implements AutoCloseable {
  /** Looks when there are news and at no other time. */
  public static final int NO_PERIOD = -1;

  private static final Logger LOG = LoggerFactory.getLogger("control");

  /** Changes come in bursts. */
  private static final long GATHER_MS = 20;

  private static final long LEAST_PAUSE_MS = 100;
  private static final long PAUSE_FACTOR = 10;

  /** What is done at each turn. */
  @FunctionalInterface
  public interface Look {
    /**
     * Looks; on the watch's thread. A failure is a line for developers, and another turn.
     *
     * @param watch whose {@link #netlink} and {@link #pause} it may use
     */
    void look(RouteWatch watch) throws Exception;
  }

  private final int periodMs;
  private final Look look;
  private final NetlinkSocket netlink;
  private final RouteNews news;
  private final Epoll epoll = new Epoll();
  private final EventFd stop = new EventFd();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  private RouteWatch(String name, int periodMs, Look look, NetlinkSocket netlink, RouteNews news)
      throws SystemCallException {
    this.periodMs = periodMs;
    this.look = look;
    this.netlink = netlink;
    this.news = news;
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    epoll.add(news.fd());
    epoll.add(stop.fd());
  }

  /**
   * Starts in the calling thread's network namespace.
   *
   * @param name of the thread
   * @param periodMs how long it waits for news before it looks all the same, or {@link #NO_PERIOD}
   */
  public static RouteWatch start(String name, int periodMs, Look look) throws SystemCallException {
    NetlinkSocket netlink = NetlinkSocket.open();
    RouteNews news = null;
    try {
      news = RouteNews.open();
      RouteWatch watch = new RouteWatch(name, periodMs, look, netlink, news);
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

  /** For requests of its thread; in the namespace where it was started. */
  public NetlinkSocket netlink() {
    return netlink;
  }

  /** Sleeps on its thread; true when the watch is to end. */
  public boolean pause(long ms) throws InterruptedException {
    return stopped.await(ms, TimeUnit.MILLISECONDS);
  }

  private void run() {
    try {
      boolean again = false;
      while (again || awaitTurn()) {
        if (pause(GATHER_MS)) {
          return;
        }
        news.drain();
        long beganNs = System.nanoTime();
        again = !looked();
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        if (pause(Math.max(LEAST_PAUSE_MS, PAUSE_FACTOR * tookMs))) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** False when it has to be done again before there are news: with a period its turn comes. */
  private boolean looked() throws InterruptedException {
    try {
      look.look(this);
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      // The control thread has no time, a family went, or the device is elsewhere.
      LOG.debug("{} cannot look, trying again: {}", thread.getName(), e.toString());
      return periodMs != NO_PERIOD;
    }
  }

  /** Waits for news or the end of the period; false when it is to end. */
  private boolean awaitTurn() {
    while (true) {
      int events = epoll.await(periodMs);
      for (int i = 0; i < events; i++) {
        if (epoll.readable(i) == stop.fd()) {
          return false;
        }
      }
      if (events > 0 || periodMs != NO_PERIOD) {
        return true;
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
