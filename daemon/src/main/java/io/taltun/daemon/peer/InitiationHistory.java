package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.TrafficSample.NEVER;
import static io.taltun.daemon.peer.WireGuardLimits.INITIATION_INTERVAL_NS;

import io.taltun.crypto.noise.Tai64n;

/**
 * The timestamps of a peer's initiations and of ours to it: what the next is held against. Outlives
 * sessions, keys and the link being down, so that no recording is ever answered. Control thread
 * only.
 */
final class InitiationHistory {
  private byte[] greatestTimestamp = new byte[Tai64n.LENGTH];

  /** When the latest was accepted. */
  private long acceptedNs = NEVER;

  /** Of ours, or one that is not earlier. */
  private byte[] sent;

  /**
   * @param sent the latest label that we sent to anybody: the peer may have been one before
   */
  InitiationHistory(byte[] sent) {
    this.sent = sent;
  }

  /** The label of our next initiation, not to be changed. */
  byte[] next(Tai64n timestamps) {
    sent = timestamps.next(sent);
    return sent;
  }

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
