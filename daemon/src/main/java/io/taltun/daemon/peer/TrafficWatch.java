package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.TrafficSample.NEVER;
import static io.taltun.daemon.peer.TrafficSample.isAfter;
import static io.taltun.daemon.peer.WireGuardLimits.KEEPALIVE_TIMEOUT_NS;
import static io.taltun.daemon.peer.WireGuardLimits.NEW_HANDSHAKE_TIME_NS;
import static io.taltun.daemon.peer.WireGuardLimits.REKEY_AFTER_MESSAGES;
import static io.taltun.daemon.peer.WireGuardLimits.REKEY_AFTER_TIME_NS;
import static io.taltun.daemon.peer.WireGuardLimits.REKEY_ON_RECEIVE_TIME_NS;

import io.taltun.daemon.peer.PeerTimers.Timer;

/**
 * Derives from samples what WireGuard's timers derive from each packet (whitepaper, sections 6.2 to
 * 6.5). A deadline counts from the packet, not from the sample, so sampling delays only what is
 * noticed, by its interval at most. Two events stamped with one time count as an answer.
 *
 * <p>Handshake messages count as sent and received like keepalives do. Control thread only.
 */
final class TrafficWatch {
  private final PeerTimers timers;
  private final DeviceContext device;

  private TrafficSample last = TrafficSample.NONE;
  private long handshakeSentNs = NEVER;
  private long handshakeReceivedNs = NEVER;

  /** The unanswered data that armed NEW_HANDSHAKE, and the latest that it has taken care of. */
  private long sentAndWaitingNs = NEVER;

  private long askedAboutNs = NEVER;

  /** The unanswered data that armed SEND_KEEPALIVE, and the latest that it has taken care of. */
  private long receivedAndWaitingNs = NEVER;

  private long answeredNs = NEVER;

  /** 0 is off. */
  private long persistentKeepaliveNs;

  /** What {@link TrafficSample#totalBytes} was when the current session came. */
  private long bytesBefore;

  TrafficWatch(PeerTimers timers, DeviceContext device) {
    this.timers = timers;
    this.device = device;
  }

  /** What was noticed, in an order of its own. */
  long[] copy() {
    return new long[] {
      handshakeSentNs,
      handshakeReceivedNs,
      sentAndWaitingNs,
      askedAboutNs,
      receivedAndWaitingNs,
      answeredNs,
      bytesBefore
    };
  }

  /** Goes on from a {@link #copy}, without deriving a deadline. */
  void restore(TrafficSample sample, long[] copy) {
    last = sample;
    handshakeSentNs = copy[0];
    handshakeReceivedNs = copy[1];
    sentAndWaitingNs = copy[2];
    askedAboutNs = copy[3];
    receivedAndWaitingNs = copy[4];
    answeredNs = copy[5];
    bytesBefore = copy[6];
  }

  void onSample(TrafficSample sample) {
    last = sample;
    derive();
  }

  void onHandshakeSent(long nowNs) {
    handshakeSentNs = nowNs;
    derive();
  }

  void onHandshakeReceived(long nowNs) {
    handshakeReceivedNs = nowNs;
    derive();
  }

  /** From now on volume counts anew. */
  void onNewCurrentSession() {
    bytesBefore = last.totalBytes();
  }

  /** NEW_HANDSHAKE was due: the data so far has had its handshake. */
  void onNewHandshake() {
    askedAboutNs = last.lastDataSentNs();
  }

  /** SEND_KEEPALIVE was due: the data so far has had its answer. */
  void onKeepalive() {
    answeredNs = last.lastDataReceivedNs();
  }

  void persistentKeepalive(long intervalNs) {
    persistentKeepaliveNs = intervalNs;
    timers.disarm(Timer.PERSISTENT_KEEPALIVE);
  }

  /** The latest authentic message of any kind, or NEVER. */
  long lastReceivedNs() {
    return later(last.lastAnyReceivedNs(), handshakeReceivedNs);
  }

  private long lastSentNs() {
    return later(last.lastAnySentNs(), handshakeSentNs);
  }

  private void derive() {
    long sentNs = lastSentNs();
    long receivedNs = lastReceivedNs();
    deriveNewHandshake(receivedNs);
    deriveKeepalive(sentNs);
    long traversedNs = later(sentNs, receivedNs);
    if (timers.armed(Timer.PERSISTENT_KEEPALIVE) && traversedNs != NEVER) {
      long deadlineNs = traversedNs + persistentKeepaliveNs;
      if (deadlineNs - timers.deadlineNs(Timer.PERSISTENT_KEEPALIVE) > 0) {
        timers.arm(Timer.PERSISTENT_KEEPALIVE, deadlineNs);
      }
    }
  }

  private void deriveNewHandshake(long receivedNs) {
    if (timers.armed(Timer.NEW_HANDSHAKE) && !isAfter(sentAndWaitingNs, receivedNs)) {
      timers.disarm(Timer.NEW_HANDSHAKE);
    }
    long dataNs = last.lastDataSentNs();
    if (!timers.armed(Timer.NEW_HANDSHAKE)
        && isAfter(dataNs, receivedNs)
        && isAfter(dataNs, askedAboutNs)) {
      sentAndWaitingNs = dataNs;
      timers.arm(Timer.NEW_HANDSHAKE, dataNs + NEW_HANDSHAKE_TIME_NS + device.jitterNs());
    }
  }

  /** Only data asks for an answer: a keepalive never answers a keepalive (trap 19). */
  private void deriveKeepalive(long sentNs) {
    if (timers.armed(Timer.SEND_KEEPALIVE) && !isAfter(receivedAndWaitingNs, sentNs)) {
      timers.disarm(Timer.SEND_KEEPALIVE);
    }
    long dataNs = last.lastDataReceivedNs();
    if (!timers.armed(Timer.SEND_KEEPALIVE)
        && isAfter(dataNs, sentNs)
        && isAfter(dataNs, answeredNs)) {
      receivedAndWaitingNs = dataNs;
      timers.arm(Timer.SEND_KEEPALIVE, dataNs + KEEPALIVE_TIMEOUT_NS);
    }
  }

  /**
   * Whether {@code session}, the current one, wants renewal by age or by count. Age counts from the
   * session's creation, whatever was received since (trap 15); only the initiator looks at it, so
   * that both sides do not renew at once.
   */
  boolean rekeyDue(SessionLife session) {
    if (Long.compareUnsigned(last.sendCounter(), REKEY_AFTER_MESSAGES) >= 0) {
      return true;
    }
    return session.initiator()
        && (reached(last.lastAnySentNs(), session.createdNs() + REKEY_AFTER_TIME_NS)
            || reached(last.lastAnyReceivedNs(), session.createdNs() + REKEY_ON_RECEIVE_TIME_NS));
  }

  /** Whether the current session has carried the volume after which it is renewed. */
  boolean volumeReached() {
    long most = device.rekeyAfterBytes();
    return most > 0 && last.totalBytes() - bytesBefore >= most;
  }

  private static boolean reached(long timeNs, long thresholdNs) {
    return timeNs != NEVER && timeNs - thresholdNs >= 0;
  }

  private static long later(long aNs, long bNs) {
    return isAfter(aNs, bNs) ? aNs : bNs;
  }
}
