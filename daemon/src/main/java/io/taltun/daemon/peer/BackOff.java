package io.taltun.daemon.peer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a peer with persistent keepalive is left alone after an attempt was given up: longer
 * each time. Control thread only.
 */
final class BackOff {
  private static final long FIRST_NS = Duration.ofSeconds(15).toNanos();
  private static final long LONGEST_NS = Duration.ofSeconds(120).toNanos();

  /** Lengthened by up to this part of itself. */
  private static final int JITTER_PART = 8;

  private long ns;

  long nextNs(RandomGenerator random) {
    ns = ns == 0 ? FIRST_NS : Math.min(2 * ns, LONGEST_NS);
    return ns + random.nextLong(ns / JITTER_PART + 1);
  }

  /** The latest pause, 0 for none. */
  long ns() {
    return ns;
  }

  void restore(long latestNs) {
    ns = latestNs;
  }

  /** The peer answered, or nothing is tried any more. */
  void reset() {
    ns = 0;
  }
}
