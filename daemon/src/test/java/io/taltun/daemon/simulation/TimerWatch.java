package io.taltun.daemon.simulation;

import io.taltun.daemon.peer.SessionLife;
import io.taltun.dataplane.session.Session;

/**
 * Knows of one peer what the whitepaper's sections 6.1 to 6.5 look at, and says of each initiation
 * and each keepalive whether they give a reason for it. Times are those of the device's clock. What
 * the protocol learns by samples counts from the sample on, as nothing can be done before.
 */
final class TimerWatch {
  private static final long NEVER = Long.MIN_VALUE;
  private static final long S = 1_000_000_000L;
  private static final long REKEY_AFTER_NS = 120 * S;
  private static final long REKEY_ON_RECEIVE_NS = 165 * S;
  private static final long REKEY_ATTEMPT_NS = 90 * S;
  private static final long REKEY_TIMEOUT_NS = 5 * S;
  private static final long MOST_JITTER_NS = S / 3 + 1;
  private static final long KEEPALIVE_NS = 10 * S;
  private static final long NEW_HANDSHAKE_NS = KEEPALIVE_NS + REKEY_TIMEOUT_NS;
  private static final long REKEY_AFTER_MESSAGES = 1L << 60;

  /** A sample may be so late, and what it brings is done as late. */
  private static final long SAMPLED_WITHIN_NS = S;

  /** A handshake that had a reason may have to wait for REKEY_TIMEOUT after the one before. */
  private static final long DEFERRED_NS = REKEY_TIMEOUT_NS + SAMPLED_WITHIN_NS;

  private final Remote remote;
  private final View live = new View();
  private final View sampled = new View();
  private SessionLife current;
  private long sampledBytes;
  private long bytesBefore;
  private long initiatedNs = NEVER;
  private long handshakeSentNs = NEVER;
  private long attemptEndNs = NEVER;

  /** Since an initiation, until a session comes of it. */
  private boolean attempting;

  /** Data that had no answer either when an attempt began; its time comes all the same. */
  private long alsoUnansweredNs = NEVER;

  private long reasonNs = NEVER;
  private long renewalDueNs = NEVER;
  private long installedNs = NEVER;
  private long configuredNs = NEVER;

  TimerWatch(Remote remote) {
    this.remote = remote;
  }

  /** What is known at one moment. */
  private static final class View {
    long sentNs = NEVER;
    long receivedNs = NEVER;
    long traversedNs = NEVER;

    /** The first data sent since something authentic was received. */
    long unansweredNs = NEVER;

    /** The first data received since something was sent; at the same time counts as replied. */
    long unrepliedNs = NEVER;

    long dataSentNs = NEVER;

    private long outNs = NEVER;

    void copy(View other) {
      sentNs = other.sentNs;
      receivedNs = other.receivedNs;
      traversedNs = other.traversedNs;
      unansweredNs = other.unansweredNs;
      unrepliedNs = other.unrepliedNs;
      dataSentNs = other.dataSentNs;
      outNs = other.outNs;
    }

    void onSent(boolean data, long nowNs) {
      sentNs = nowNs;
      onOut(nowNs);
      if (data) {
        dataSentNs = nowNs;
        unansweredNs = unansweredNs == NEVER ? nowNs : unansweredNs;
      }
    }

    void onReceived(boolean data, long nowNs) {
      receivedNs = nowNs;
      traversedNs = nowNs;
      unansweredNs = NEVER;
      if (data && unrepliedNs == NEVER && nowNs != outNs) {
        unrepliedNs = nowNs;
      }
    }

    void onHandshakeSent(long nowNs) {
      onOut(nowNs);
    }

    private void onOut(long nowNs) {
      outNs = nowNs;
      traversedNs = nowNs;
      unrepliedNs = NEVER;
    }

    void onHandshakeReceived(long nowNs) {
      traversedNs = nowNs;
      unansweredNs = NEVER;
    }
  }

  // What happens.

  void onDataSent(long nowNs) {
    live.onSent(true, nowNs);
  }

  void onReceived(boolean data, long nowNs) {
    live.onReceived(data, nowNs);
  }

  void onSample() {
    sampled.copy(live);
    if (sampled.receivedNs > alsoUnansweredNs) {
      alsoUnansweredNs = NEVER;
    }
    sampledBytes = remote.sample().totalBytes();
  }

  void onHandshakeWanted(long nowNs) {
    if (current == null || !current.sendable(nowNs + REKEY_TIMEOUT_NS)) {
      reasonNs = nowNs;
      if (underWay(nowNs)) {
        attemptEndNs = nowNs + REKEY_ATTEMPT_NS;
      }
    }
  }

  void onConfigured(long nowNs) {
    configuredNs = nowNs;
    reasonNs = nowNs;
  }

  /** A single try after a back-off is a whole attempt from now on. */
  void onCookie(long nowNs) {
    if (underWay(nowNs)) {
      attemptEndNs = nowNs + REKEY_ATTEMPT_NS;
    }
  }

  void onHandshakeReceived(long nowNs) {
    live.onHandshakeReceived(nowNs);
    sampled.onHandshakeReceived(nowNs);
    alsoUnansweredNs = NEVER;
  }

  void onResponseSent(long nowNs) {
    handshakeSentNs = nowNs;
    live.onHandshakeSent(nowNs);
    sampled.onHandshakeSent(nowNs);
  }

  void onCurrent(SessionLife changed, long nowNs) {
    if (changed != null && changed != current) {
      attempting = false;
      reasonNs = NEVER;
      renewalDueNs = NEVER;
      bytesBefore = sampledBytes;
      if (changed.initiator()) {
        installedNs = nowNs;
      } else {
        onHandshakeReceived(nowNs);
      }
    }
    current = changed;
  }

  /** What was due meanwhile is done now. */
  void onResumed(long asleepNs) {
    if (reasonNs != NEVER) {
      reasonNs += asleepNs;
    }
  }

  /** The link is down: nothing goes on, and what comes up begins at once (the kernel's wg_stop). */
  void onStopped() {
    attempting = false;
    reasonNs = NEVER;
    initiatedNs = NEVER;
    handshakeSentNs = NEVER;
  }

  // What has to have a reason.

  void onInitiation(long nowNs) {
    if (initiatedNs != NEVER && nowNs - initiatedNs < REKEY_TIMEOUT_NS) {
      throw new Violation(
          "initiations %d ms apart, to %s".formatted((nowNs - initiatedNs) / 1_000_000, remote));
    }
    boolean inTime = underWay(nowNs);
    boolean begins = reasonNs != NEVER && nowNs - reasonNs <= DEFERRED_NS || reason(nowNs);
    // An attempt that was given up is tried again where the tunnel is to be kept.
    boolean triesAgain = attempting && remote.persistentKeepaliveNs > 0;
    if (inTime) {
      onRetry(nowNs);
    } else if (!begins && !triesAgain) {
      throw new Violation(
          "initiation without a reason, to %s: %s".formatted(remote, describe(nowNs)));
    }
    if (begins) {
      attemptEndNs = nowNs + REKEY_ATTEMPT_NS;
      if (sampled.unansweredNs != NEVER) {
        alsoUnansweredNs = sampled.dataSentNs;
      }
      // What is not known yet is not what this is for.
      live.unansweredNs = live.dataSentNs == sampled.dataSentNs ? NEVER : live.dataSentNs;
      sampled.unansweredNs = NEVER;
    } else if (!inTime) {
      attemptEndNs = nowNs + REKEY_TIMEOUT_NS + MOST_JITTER_NS;
    }
    attempting = true;
    initiatedNs = nowNs;
    handshakeSentNs = nowNs;
    live.onHandshakeSent(nowNs);
    sampled.onHandshakeSent(nowNs);
  }

  private boolean underWay(long nowNs) {
    return attempting && nowNs - attemptEndNs < 0;
  }

  private void onRetry(long nowNs) {
    long laterNs = nowNs - initiatedNs - REKEY_TIMEOUT_NS;
    if (initiatedNs == handshakeSentNs && laterNs <= MOST_JITTER_NS) {
      remote.host.world.tally.retried(laterNs);
    }
  }

  void onKeepalive(long nowNs) {
    long intervalNs = remote.persistentKeepaliveNs;
    boolean confirms = installedNs == nowNs;
    boolean passive = reached(sampled.unrepliedNs, KEEPALIVE_NS, nowNs);
    boolean persistent =
        intervalNs > 0
            && (sampled.traversedNs == NEVER
                || nowNs - sampled.traversedNs >= intervalNs
                || configuredNs == nowNs);
    if (!confirms && !passive && !persistent) {
      throw new Violation(
          "keepalive without a reason, to %s: %s".formatted(remote, describe(nowNs)));
    }
    live.onSent(false, nowNs);
  }

  /** To be called whenever the device did something: remembers a reason to begin a handshake. */
  void look(long nowNs) {
    if (reason(nowNs)) {
      reasonNs = nowNs;
      requireRenewal(nowNs);
    }
    if (reached(alsoUnansweredNs, NEW_HANDSHAKE_NS + SAMPLED_WITHIN_NS, nowNs)) {
      alsoUnansweredNs = NEVER;
    }
  }

  /** While nothing disturbs: a session that is to be renewed is. */
  private void requireRenewal(long nowNs) {
    if (!sendable(nowNs) || !outlived() && !usedUp()) {
      return;
    }
    // The responder leaves a renewal by volume to the initiator for REKEY_TIMEOUT; whoever has just
    // answered an initiation begins as much later.
    long withinNs = current.initiator() ? DEFERRED_NS : DEFERRED_NS + REKEY_TIMEOUT_NS;
    if (renewalDueNs == NEVER) {
      renewalDueNs = nowNs;
    } else if (remote.host.world.calm
        && nowNs - Math.max(renewalDueNs, handshakeSentNs) > withinNs
        && (initiatedNs == NEVER || initiatedNs < renewalDueNs)) {
      throw new Violation(
          "no initiation when it was time, to %s: %s".formatted(remote, describe(nowNs)));
    }
  }

  /** Whether the current session is to be renewed. */
  boolean renewalDue(long nowNs) {
    return renewalDueNs != NEVER && sendable(nowNs);
  }

  private boolean sendable(long nowNs) {
    return current != null && current.sendable(nowNs);
  }

  private boolean reason(long nowNs) {
    boolean sendable = sendable(nowNs);
    if (sendable && (outlived() || usedUp())) {
      return true;
    }
    return !sendable && remote.persistentKeepaliveNs > 0
        || !sendable && reached(sampled.unrepliedNs, KEEPALIVE_NS, nowNs)
        || reached(sampled.unansweredNs, NEW_HANDSHAKE_NS, nowNs)
        || reached(alsoUnansweredNs, NEW_HANDSHAKE_NS, nowNs);
  }

  private boolean outlived() {
    return current.initiator()
        && (reached(current.createdNs(), REKEY_AFTER_NS, sampled.sentNs)
            || reached(current.createdNs(), REKEY_ON_RECEIVE_NS, sampled.receivedNs));
  }

  private boolean usedUp() {
    Session session = remote.peer.keypairs().current();
    long volume = remote.host.world.rekeyAfterBytes;
    return session != null && Long.compareUnsigned(session.sendCounter(), REKEY_AFTER_MESSAGES) >= 0
        || volume > 0 && remote.sample().totalBytes() - bytesBefore >= volume;
  }

  /** While nothing disturbs: what is due was done. */
  void requireDone(long nowNs) {
    boolean sendable = sendable(nowNs);
    if (sendable && reached(live.unrepliedNs, KEEPALIVE_NS + SAMPLED_WITHIN_NS, nowNs)) {
      throw new Violation("data without an answer, from " + remote);
    }
    long intervalNs = remote.persistentKeepaliveNs;
    if (sendable
        && intervalNs > 0
        && reached(live.traversedNs, intervalNs + SAMPLED_WITHIN_NS, nowNs)) {
      throw new Violation("no persistent keepalive, to " + remote);
    }
  }

  private static boolean reached(long sinceNs, long intervalNs, long nowNs) {
    return sinceNs != NEVER && nowNs != NEVER && nowNs - sinceNs >= intervalNs;
  }

  /** How long ago everything was. */
  private String describe(long nowNs) {
    return "session %s, attempting %s until %s ago, initiated %s, unanswered %s, without reply %s"
        .formatted(
            current == null
                ? "none"
                : "of "
                    + seconds(current.createdNs(), nowNs)
                    + (current.initiator() ? ", ours" : ""),
            attempting,
            seconds(attemptEndNs, nowNs),
            seconds(initiatedNs, nowNs),
            seconds(sampled.unansweredNs, nowNs),
            seconds(sampled.unrepliedNs, nowNs));
  }

  private static String seconds(long sinceNs, long nowNs) {
    return sinceNs == NEVER ? "never" : "%.3f s".formatted((nowNs - sinceNs) / 1e9);
  }
}
