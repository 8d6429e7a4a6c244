package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.TrafficSample.NEVER;
import static io.taltun.daemon.peer.WireGuardLimits.INITIATION_INTERVAL_NS;

import io.taltun.crypto.noise.Tai64n;

/**
 * What a peer's next initiation is held against: those before it. Outlives sessions, keys and the
 * link being down, so that no recording is ever answered. Control thread only.
 */
final class InitiationHistory {
  private byte[] greatestTimestamp = new byte[Tai64n.LENGTH];

  /** When the latest was accepted. */
  private long acceptedNs = NEVER;

  /** Why an authentic initiation of {@code timestamp} goes no further, or null. */
  HandshakeDrop objection(byte[] timestamp, long nowNs) {
    if (Tai64n.compare(timestamp, greatestTimestamp) <= 0) {
      return HandshakeDrop.REPLAYED_TIMESTAMP;
    }
    if (acceptedNs != NEVER && nowNs - acceptedNs < INITIATION_INTERVAL_NS) {
      return HandshakeDrop.TOO_SOON;
    }
    return null;
  }

  /** What an earlier run of this gateway accepted; owns {@code timestamp}. */
  void restore(byte[] timestamp) {
    greatestTimestamp = timestamp;
  }

  /** When the latest was accepted, or NEVER. */
  long acceptedNs() {
    return acceptedNs;
  }

  /** The greatest TAI64N label so far, {@value Tai64n#LENGTH} bytes, not to be changed. */
  byte[] greatestTimestamp() {
    return greatestTimestamp;
  }

  /** Owns {@code timestamp}. */
  void accepted(byte[] timestamp, long nowNs) {
    greatestTimestamp = timestamp;
    acceptedNs = nowNs;
  }
}
