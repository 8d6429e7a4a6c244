package io.taltun.dataplane.worker;

import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.NanoClock;

/**
 * How a worker waits. A packet that came after a pause is often answered at once: a ping, a
 * player's move. So the worker looks out for a moment before it sleeps, as to be woken on another
 * CPU takes 25 to 50 µs. It yields its CPU meanwhile to whoever wants it. Under load there are no
 * pauses and it sleeps at once: spinning there would take the CPU from those who fill its queues.
 * Owned by one worker.
 */
final class Watch {
  private static final int FOREVER = -1;

  /** Less than that between two wake-ups is no pause: 1 ms, so that it watches 15 % at most. */
  private static final long PAUSE_NS = 1_000_000;

  private static final long LOOKOUT_NS = 150_000;

  private final Epoll epoll;
  private final NanoClock clock;
  private final boolean looksOut;

  // Written by the worker.
  private long wokenNs;
  private boolean afterPause;

  /**
   * @param looksOut false where there is no other CPU for the answer to come from
   */
  Watch(Epoll epoll, NanoClock clock, boolean looksOut) {
    this.epoll = epoll;
    this.clock = clock;
    this.looksOut = looksOut;
  }

  /**
   * Blocks until a descriptor is readable.
   *
   * @return as {@link Epoll#await}
   */
  int await() {
    int events = 0;
    if (afterPause) {
      long endNs = clock.nowNs() + LOOKOUT_NS;
      events = epoll.await(0);
      while (events == 0 && endNs - clock.nowNs() > 0) {
        Thread.yield();
        events = epoll.await(0);
      }
    }
    if (events == 0) {
      events = epoll.await(FOREVER);
    }
    long nowNs = clock.nowNs();
    afterPause = looksOut && nowNs - wokenNs > PAUSE_NS;
    wokenNs = nowNs;
    return events;
  }
}
