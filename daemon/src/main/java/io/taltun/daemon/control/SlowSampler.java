package io.taltun.daemon.control;

import java.util.concurrent.TimeUnit;

/**
 * What has time: once a second, with one of the wake-ups that {@link TrafficSampler} causes anyway,
 * it looks who has gone, how much each peer carries, and whether anything overflows. Control thread
 * only.
 */
final class SlowSampler {
  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private final PeerTable peers;
  private final PeerEvents events;
  private final OverflowWatch overflows;
  private long nextNs;

  SlowSampler(PeerTable peers, PeerEvents events, OverflowWatch overflows, long nowNs) {
    this.peers = peers;
    this.events = events;
    this.overflows = overflows;
    nextNs = nowNs;
  }

  /** Looks when it is time. */
  void sample(long nowNs) {
    if (nowNs - nextNs < 0) {
      return;
    }
    nextNs = nowNs + INTERVAL_NS;
    for (PeerEntry entry : peers.entries()) {
      entry.throughput.look(entry.peer(), entry.lastSample(), nowNs);
    }
    events.look(nowNs);
    overflows.look(nowNs);
  }
}
