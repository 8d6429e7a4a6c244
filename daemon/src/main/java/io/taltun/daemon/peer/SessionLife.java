package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.WireGuardLimits.REJECT_AFTER_TIME_NS;

/** One session as the protocol sees it: who began it and how long it may be used. No keys. */
public final class SessionLife {
  private final int localIndex;
  private final int remoteIndex;
  private final boolean initiator;
  private final long createdNs;
  private final long initiatedNs;

  /** Written by the wiring, in {@link Actions#sessionCreated}; the protocol never reads it. */
  public Object attachment;

  SessionLife(
      int localIndex, int remoteIndex, boolean initiator, long createdNs, long initiatedNs) {
    this.localIndex = localIndex;
    this.remoteIndex = remoteIndex;
    this.initiator = initiator;
    this.createdNs = createdNs;
    this.initiatedNs = initiatedNs;
  }

  /** The index the peer sends to us; we chose it. */
  public int localIndex() {
    return localIndex;
  }

  /** The index we send to the peer; it chose it. */
  public int remoteIndex() {
    return remoteIndex;
  }

  /** Whether we sent the initiation. */
  public boolean initiator() {
    return initiator;
  }

  /** When the keys were derived. */
  public long createdNs() {
    return createdNs;
  }

  /** When the initiation was sent, for its sender; when the keys were derived, for the other. */
  public long initiatedNs() {
    return initiatedNs;
  }

  /**
   * From this time on nothing is sent under the session. The responder's life of a session begins
   * before the initiator's; so that it never gets what it has to reject, the initiator counts from
   * its initiation.
   */
  public long sendUntilNs() {
    return initiatedNs + REJECT_AFTER_TIME_NS;
  }

  /** From this time on nothing is accepted under the session: {@code REJECT_AFTER_TIME}. */
  public long receiveUntilNs() {
    return createdNs + REJECT_AFTER_TIME_NS;
  }

  /** The same for one that was created then. */
  public static long receiveUntilNs(long createdNs) {
    return createdNs + REJECT_AFTER_TIME_NS;
  }

  /** Whether the session is young enough to send. */
  public boolean sendable(long nowNs) {
    return sendUntilNs() - nowNs > 0;
  }

  /** Whether the session is young enough to receive. */
  public boolean receivable(long nowNs) {
    return receiveUntilNs() - nowNs > 0;
  }

  @Override
  public String toString() {
    return "session %08x (%s)".formatted(localIndex, initiator ? "initiator" : "responder");
  }
}
