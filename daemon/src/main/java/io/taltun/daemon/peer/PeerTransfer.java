package io.taltun.daemon.peer;

import java.util.List;

/**
 * How far a peer's protocol has come, for another process of this gateway to go on from. Times are
 * those of CLOCK_BOOTTIME, which both read. An initiation of ours that waits for its response is
 * not in it: the next process sends another.
 *
 * @param handshakeSentNs the latest initiation or response, or NEVER
 * @param greatestTimestamp of the initiations that were answered, 12 bytes
 * @param acceptedNs when the latest was, or NEVER
 * @param backOffNs the latest pause after an attempt that was given up
 * @param unanswered whether the latest initiation was not answered
 * @param state as it is shown
 * @param armedTimers one bit each
 * @param deadlinesNs of all timers, in the enum's order; only armed ones count
 * @param traffic what {@link TrafficWatch} noticed
 */
public record PeerTransfer(
    List<Life> lives,
    long handshakeSentNs,
    byte[] greatestTimestamp,
    long acceptedNs,
    long backOffNs,
    boolean unanswered,
    PeerState state,
    int armedTimers,
    long[] deadlinesNs,
    long[] traffic) {

  /** Longs of {@link #traffic}. */
  public static final int TRAFFIC_LENGTH = 7;

  /** Which place a session has. */
  public enum Slot {
    CURRENT,
    PREVIOUS,
    NEXT,
    /** Displaced, and receiving for a moment more. */
    LINGERING
  }

  /** One session, as {@link SessionLife} has it; the attachment is the wiring's. */
  public record Life(
      Slot slot,
      int localIndex,
      int remoteIndex,
      boolean initiator,
      long createdNs,
      long sendUntilNs,
      Object attachment) {}
}
