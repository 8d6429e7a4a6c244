package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.TrafficSample.NEVER;

import java.time.Duration;

/**
 * Whether the device is under load (whitepaper, section 5.3): while an eighth of the queue waits
 * and for a second after, as the kernel's WireGuard has it. It ends by itself (trap 10). Control
 * thread only.
 */
final class LoadGauge {
  static final int BACKLOG = InitiationQueue.CAPACITY / 8;
  static final long LASTS_NS = Duration.ofSeconds(1).toNanos();

  private long loadedNs = NEVER;

  /** Asked at every message, which is how it notices. */
  boolean underLoad(int backlog, long nowNs) {
    if (backlog >= BACKLOG) {
      loadedNs = nowNs;
    } else if (loadedNs != NEVER && nowNs - loadedNs >= LASTS_NS) {
      loadedNs = NEVER;
    }
    return loadedNs != NEVER;
  }
}
