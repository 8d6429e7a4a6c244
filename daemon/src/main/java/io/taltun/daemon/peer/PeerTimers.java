package io.taltun.daemon.peer;

/** One peer's armed deadlines: at most one for each name. Control thread only. */
final class PeerTimers {
  /** What happens when a deadline comes; in the order in which those due together run. */
  enum Timer {
    /** The current session is too old to send under. */
    SESSION_ENDS,
    /** An initiation has gone unanswered for {@code REKEY_TIMEOUT}. */
    ANSWER_OVERDUE,
    /** {@code 3 × REJECT_AFTER_TIME} without a new session. */
    ERASE_SESSIONS,
    /** What a session of ours displaced has received for long enough. */
    RETIRE_LINGERING,
    /** {@code REKEY_ATTEMPT_TIME} without an answer. Armed as long as an attempt is under way. */
    GIVE_UP,
    /** {@code REKEY_TIMEOUT} and jitter without an answer. */
    RETRANSMIT,
    /** A handshake that was wanted within {@code REKEY_TIMEOUT} of the one before. */
    DEFERRED_HANDSHAKE,
    /** A peer with persistent keepalive is tried again after an attempt was given up. */
    TRY_AGAIN,
    /** The initiator left it to us to renew a session that carried its volume. */
    REKEY_AS_RESPONDER,
    /** Data was sent and nothing came back. */
    NEW_HANDSHAKE,
    /** Data was received and nothing was sent back. */
    SEND_KEEPALIVE,
    /** Nothing was sent or received for the configured interval. */
    PERSISTENT_KEEPALIVE
  }

  private static final int COUNT = Timer.values().length;

  private final long[] atNs = new long[COUNT];
  private int armed;

  void arm(Timer timer, long deadlineNs) {
    atNs[timer.ordinal()] = deadlineNs;
    armed |= 1 << timer.ordinal();
  }

  void disarm(Timer timer) {
    armed &= ~(1 << timer.ordinal());
  }

  /** One bit for each that is armed. */
  int armed() {
    return armed;
  }

  void disarmAll() {
    armed = 0;
  }

  boolean armed(Timer timer) {
    return (armed & 1 << timer.ordinal()) != 0;
  }

  /** The deadline of a timer that is armed. */
  long deadlineNs(Timer timer) {
    return atNs[timer.ordinal()];
  }

  /** Disarms {@code timer} when it is due, and says whether it was. */
  boolean takeIfDue(Timer timer, long nowNs) {
    if (!armed(timer) || deadlineNs(timer) - nowNs > 0) {
      return false;
    }
    disarm(timer);
    return true;
  }

  boolean anyArmed() {
    return armed != 0;
  }

  /** The earliest deadline; only when one is armed. */
  long nextNs() {
    int first = Integer.numberOfTrailingZeros(armed);
    long next = atNs[first];
    for (int i = first + 1; i < COUNT; i++) {
      if ((armed & 1 << i) != 0 && atNs[i] - next < 0) {
        next = atNs[i];
      }
    }
    return next;
  }
}
