package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.TrafficSample.NEVER;
import static io.taltun.daemon.peer.TrafficSample.isAfter;
import static io.taltun.daemon.peer.WireGuardLimits.ERASE_AFTER_TIME_NS;
import static io.taltun.daemon.peer.WireGuardLimits.REKEY_ATTEMPT_TIME_NS;
import static io.taltun.daemon.peer.WireGuardLimits.REKEY_TIMEOUT_JITTER_NS;
import static io.taltun.daemon.peer.WireGuardLimits.REKEY_TIMEOUT_NS;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.noise.HandshakeInitiator;
import io.taltun.crypto.noise.HandshakeResponder;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.Response;
import io.taltun.daemon.peer.PeerTimers.Timer;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * One peer: its sessions, its handshake and what its timers do. Control thread only; everybody else
 * sees what {@link Actions} publishes.
 *
 * <p>At most one initiation of ours is pending. Answering the peer's does not end it: when both
 * begin at once both sessions come about, each side sends on its own and receives on either (trap
 * 16).
 */
public final class PeerProtocol {
  private static final Timer[] TIMERS = Timer.values();

  final DeviceContext device;
  final PeerKeys keys;
  private final Object attachment;
  final SessionSlots sessions = new SessionSlots();

  /** Displaced by a session that we initiated; they receive for {@code REKEY_TIMEOUT} more. */
  final List<SessionLife> lingering = new ArrayList<>();

  final TrafficWatch traffic;

  final PeerTimers timers = new PeerTimers();
  final long serial;

  /** Written by {@link DeadlineQueue}. */
  boolean scheduled;

  /** Written by {@link DeadlineQueue}; changes only while the peer is not in it. */
  long scheduledNs;

  Endpoint endpoint;
  long persistentKeepaliveNs;
  private PendingInitiation pending;

  /** The latest initiation or response that was sent. */
  long handshakeSentNs = NEVER;

  final InitiationHistory initiations;
  final BackOff backOff = new BackOff();

  /** The latest initiation had no answer, and nothing authentic came since. */
  boolean unanswered;

  private boolean removed;
  PeerState state = PeerState.IDLE;

  PeerProtocol(DeviceContext device, PeerSettings settings, long serial) {
    this.device = device;
    this.serial = serial;
    this.keys = new PeerKeys(settings.publicKey(), settings.presharedKey());
    this.attachment = settings.attachment();
    this.endpoint = settings.endpoint();
    this.traffic = new TrafficWatch(timers, device);
    this.initiations = new InitiationHistory(device.timestamps.last());
  }

  /** Who the peer is. */
  public PublicKey publicKey() {
    return keys.remoteStatic();
  }

  /** What the settings carried. */
  public Object attachment() {
    return attachment;
  }

  /** Where the peer was last, null while nobody knows. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** 0 is off. */
  public long persistentKeepaliveNs() {
    return persistentKeepaliveNs;
  }

  /** How the peer is doing. */
  public PeerState state() {
    return state;
  }

  /** The session that sends, null when there is none. */
  public SessionLife current() {
    return sessions.current();
  }

  /** The session before the current one, null when there is none; it still receives. */
  public SessionLife previous() {
    return sessions.previous();
  }

  /** The session that the peer has not used yet, null when there is none. */
  public SessionLife next() {
    return sessions.next();
  }

  boolean removed() {
    return removed;
  }

  // Events, in the order in which a peer's life brings them.

  void onLocalUp(long nowNs) {
    if (persistentKeepaliveNs > 0) {
      keepPersistently(nowNs);
      refreshState(nowNs);
    }
  }

  void onHandshakeWanted(long nowNs) {
    SessionLife current = sessions.current();
    // A session that sends for longer than a handshake takes: the request is from before it.
    if (current != null && current.sendable(nowNs + REKEY_TIMEOUT_NS)) {
      return;
    }
    if (attempting()) {
      // New traffic: the attempt's time begins anew (whitepaper, section 6.4).
      timers.arm(Timer.GIVE_UP, nowNs + REKEY_ATTEMPT_TIME_NS);
      if (!timers.armed(Timer.RETRANSMIT)) {
        timers.arm(Timer.RETRANSMIT, retransmitAfter(handshakeSentNs));
      }
    } else {
      handshakeSoon(nowNs);
    }
    refreshState(nowNs);
  }

  /** An initiation in this peer's name; whether it is answered. */
  boolean onInitiation(HandshakeResponder initiation, Endpoint source, long nowNs) {
    if (!initiation.authenticate(keys.staticSecret(device.local()))) {
      device.actions.dropped(HandshakeDrop.NOT_AUTHENTIC);
      return false;
    }
    byte[] timestamp = initiation.timestamp();
    HandshakeDrop objection = initiations.objection(timestamp, nowNs);
    if (objection != null) {
      device.actions.dropped(objection);
      return false;
    }
    int index = device.reserveIndex(this);
    if (index == IndexSource.NONE) {
      return false;
    }
    byte[] message = new byte[Response.LENGTH];
    TransportKeys transport =
        initiation.writeResponse(keys.presharedKey(), index, device.random, message);
    if (transport == null) {
      device.releaseIndex(index);
      device.actions.dropped(HandshakeDrop.NOT_AUTHENTIC);
      return false;
    }
    keys.cookies(device.local()).addMacs(message, Response.LENGTH, nowNs);
    initiations.accepted(timestamp, nowNs);
    handshakeSentNs = nowNs;
    if (timers.armed(Timer.RETRANSMIT)) {
      // The peer is about to confirm, which ends our attempt.
      timers.arm(Timer.RETRANSMIT, retransmitAfter(nowNs));
    }
    moveTo(source);
    SessionLife session = new SessionLife(index, initiation.remoteIndex(), false, nowNs, nowNs);
    device.actions.sessionCreated(this, session, transport);
    timers.arm(Timer.ERASE_SESSIONS, nowNs + ERASE_AFTER_TIME_NS);
    publishSessions(sessions.installAsResponder(session));
    device.actions.sendHandshake(this, message, Response.LENGTH, source);
    unanswered = false;
    traffic.onHandshakeReceived(nowNs);
    traffic.onHandshakeSent(nowNs);
    refreshState(nowNs);
    return true;
  }

  /** Whether a response may answer the pending initiation, for which not many came yet. */
  boolean expects(byte[] response) {
    return pending != null
        && pending.localIndex() == Response.receiverIndex(response)
        && pending.mayTry();
  }

  void onResponse(byte[] message, Endpoint source, long nowNs) {
    // A second response, or one to an initiation that was repeated since, has nothing to answer.
    if (pending == null || pending.localIndex() != Response.receiverIndex(message)) {
      device.actions.dropped(HandshakeDrop.UNKNOWN_INDEX);
      return;
    }
    TransportKeys transport = pending.handshake().readResponse(message);
    if (transport == null) {
      device.actions.dropped(HandshakeDrop.NOT_AUTHENTIC);
      return;
    }
    SessionLife session =
        new SessionLife(
            transport.localIndex(), transport.remoteIndex(), true, nowNs, pending.sentNs());
    // The index is the session's from now on.
    pending.handshake().close();
    pending = null;
    endAttempt();
    moveTo(source);
    device.actions.sessionCreated(this, session, transport);
    timers.arm(Timer.ERASE_SESSIONS, nowNs + ERASE_AFTER_TIME_NS);
    List<SessionLife> displaced = sessions.installAsInitiator(session);
    startCurrent();
    publishSessions(List.of());
    linger(displaced, nowNs);
    // Without a first message the responder could not send: it would not know that we have keys.
    device.actions.sendKeepalive(this);
    traffic.onHandshakeReceived(nowNs);
    refreshState(nowNs);
  }

  void onCookieReply(byte[] message, long nowNs) {
    // Kept for the next initiation or response; the endpoint does not move (trap 12).
    if (!keys.cookies(device.local()).readCookieReply(message, nowNs)) {
      device.actions.dropped(HandshakeDrop.BAD_COOKIE_REPLY);
    } else if (pending != null && !timers.armed(Timer.RETRANSMIT)) {
      // After a single try: the cookie would be too old for the next one, and so on (trap 10).
      timers.arm(Timer.GIVE_UP, nowNs + REKEY_ATTEMPT_TIME_NS);
      timers.arm(Timer.RETRANSMIT, retransmitAfter(pending.sentNs()));
    }
  }

  void onSessionConfirmed(int localIndex, long nowNs) {
    SessionLife next = sessions.next();
    if (next == null || next.localIndex() != localIndex || !next.receivable(nowNs)) {
      return;
    }
    abandonInitiation();
    endAttempt();
    List<SessionLife> displaced = sessions.confirmNext();
    startCurrent();
    publishSessions(displaced);
    traffic.onHandshakeReceived(nowNs);
    refreshState(nowNs);
  }

  /** The peer proved to be at {@code to}, and to speak to what that says of this host. */
  void moveTo(Endpoint to) {
    if (!to.sameWayAs(endpoint)) {
      endpoint = to;
      device.actions.endpointChanged(this, to);
    }
  }

  void onTraffic(TrafficSample sample, long nowNs) {
    traffic.onSample(sample);
    if (isAfter(traffic.lastReceivedNs(), handshakeSentNs)) {
      unanswered = false;
    }
    SessionLife current = sessions.current();
    if (current != null && current.sendable(nowNs)) {
      if (traffic.rekeyDue(current) || current.initiator() && traffic.volumeReached()) {
        renew(nowNs);
      } else if (traffic.volumeReached() && !timers.armed(Timer.REKEY_AS_RESPONDER)) {
        timers.arm(Timer.REKEY_AS_RESPONDER, nowNs + REKEY_TIMEOUT_NS);
      }
    }
    refreshState(nowNs);
  }

  /** Runs what is due. */
  void runDue(long nowNs) {
    for (Timer timer : TIMERS) {
      if (timers.takeIfDue(timer, nowNs)) {
        run(timer, nowNs);
      }
    }
    refreshState(nowNs);
  }

  private void run(Timer timer, long nowNs) {
    switch (timer) {
      // Nothing is left to renew; the state follows.
      case SESSION_ENDS -> timers.disarm(Timer.REKEY_AS_RESPONDER);
      case ANSWER_OVERDUE -> {
        markUnanswered();
        if (unanswered) {
          device.actions.unanswered(this, nowNs);
        }
      }
      case ERASE_SESSIONS -> eraseSessions();
      case RETIRE_LINGERING -> retireLingering();
      case GIVE_UP -> giveUp(nowNs);
      case RETRANSMIT -> {
        doubtLocalAddress();
        initiate(nowNs);
      }
      case DEFERRED_HANDSHAKE -> attempt(nowNs);
      case TRY_AGAIN -> tryOnce(nowNs);
      case REKEY_AS_RESPONDER -> renew(nowNs);
      case NEW_HANDSHAKE -> {
        traffic.onNewHandshake();
        doubtLocalAddress();
        renew(nowNs);
      }
      case SEND_KEEPALIVE -> {
        traffic.onKeepalive();
        keepAlive(nowNs);
      }
      case PERSISTENT_KEEPALIVE -> keepPersistently(nowNs);
      default -> throw new AssertionError(timer);
    }
  }

  // Settings.

  void changePresharedKey(PresharedKey changed, long nowNs) {
    if (keys.changePresharedKey(changed)) {
      forgetSessions(nowNs);
    }
  }

  void changeEndpoint(Endpoint changed, long nowNs) {
    moveTo(changed);
    if (attempting() && pending == null && mayInitiate(nowNs)) {
      initiate(nowNs);
    }
  }

  void changePersistentKeepalive(long intervalNs, long nowNs) {
    boolean startsNow = persistentKeepaliveNs == 0 && intervalNs > 0;
    persistentKeepaliveNs = intervalNs;
    traffic.persistentKeepalive(intervalNs);
    if (intervalNs == 0) {
      timers.disarm(Timer.TRY_AGAIN);
    } else if (startsNow) {
      keepPersistently(nowNs);
    } else {
      timers.arm(Timer.PERSISTENT_KEEPALIVE, nowNs + intervalNs);
    }
    refreshState(nowNs);
  }

  /** Erases sessions and the pending initiation; an attempt goes on with its next retry. */
  void forgetKeys(long nowNs) {
    keys.forgetStaticSecret();
    forgetSessions(nowNs);
  }

  private void forgetSessions(long nowNs) {
    abandonInitiation();
    eraseSessions();
    refreshState(nowNs);
  }

  /** The device is down: nothing is kept and nothing will happen. */
  void stop(long nowNs) {
    timers.disarmAll();
    backOff.reset();
    unanswered = false;
    handshakeSentNs = NEVER; // as the kernel's wg_stop(): what comes up again need not wait
    forgetSessions(nowNs);
  }

  void remove() {
    removed = true;
    abandonInitiation();
    eraseSessions();
    timers.disarmAll();
    device.actions.waitingDropped(this);
    keys.erase();
  }

  // Handshakes.

  private boolean attempting() {
    return timers.armed(Timer.GIVE_UP);
  }

  private boolean mayInitiate(long nowNs) {
    return handshakeSentNs == NEVER || nowNs - handshakeSentNs >= REKEY_TIMEOUT_NS;
  }

  private void renew(long nowNs) {
    if (device.ready() && endpoint != null && !attempting()) {
      handshakeSoon(nowNs);
    }
  }

  private void handshakeSoon(long nowNs) {
    if (mayInitiate(nowNs)) {
      attempt(nowNs);
    } else if (!timers.armed(Timer.DEFERRED_HANDSHAKE)) {
      timers.arm(Timer.DEFERRED_HANDSHAKE, handshakeSentNs + REKEY_TIMEOUT_NS);
    }
  }

  private void attempt(long nowNs) {
    timers.disarm(Timer.DEFERRED_HANDSHAKE);
    timers.disarm(Timer.TRY_AGAIN);
    timers.arm(Timer.GIVE_UP, nowNs + REKEY_ATTEMPT_TIME_NS);
    initiate(nowNs);
  }

  /** A single initiation after an attempt was given up. */
  private void tryOnce(long nowNs) {
    if (!mayInitiate(nowNs)) {
      timers.arm(Timer.TRY_AGAIN, handshakeSentNs + REKEY_TIMEOUT_NS);
      return;
    }
    timers.arm(Timer.GIVE_UP, nowNs + REKEY_TIMEOUT_NS + REKEY_TIMEOUT_JITTER_NS);
    initiate(nowNs);
    timers.disarm(Timer.RETRANSMIT);
  }

  /**
   * Sends a new initiation instead of the pending one. Where that is impossible at the moment the
   * attempt goes on all the same, so that it ends.
   */
  private void initiate(long nowNs) {
    abandonInitiation();
    timers.arm(Timer.RETRANSMIT, retransmitAfter(nowNs));
    timers.disarm(Timer.ANSWER_OVERDUE);
    if (endpoint == null || !device.ready()) {
      return;
    }
    int index = device.reserveIndex(this);
    if (index == IndexSource.NONE) {
      return;
    }
    HandshakeInitiator handshake =
        new HandshakeInitiator(
            device.local(), keys.remoteStatic(), keys.presharedKey(), device.random);
    byte[] message = new byte[Initiation.LENGTH];
    if (!handshake.writeInitiation(
        index, initiations.next(device.timestamps), keys.staticSecret(device.local()), message)) {
      handshake.close();
      device.releaseIndex(index);
      device.actions.dropped(HandshakeDrop.LOW_ORDER_KEY);
      return;
    }
    keys.cookies(device.local()).addMacs(message, Initiation.LENGTH, nowNs);
    pending = new PendingInitiation(index, handshake, nowNs);
    handshakeSentNs = nowNs;
    timers.arm(Timer.ANSWER_OVERDUE, nowNs + REKEY_TIMEOUT_NS);
    device.actions.sendHandshake(this, message, Initiation.LENGTH, endpoint);
    traffic.onHandshakeSent(nowNs);
  }

  /** As the kernel's WireGuard does when nothing comes back: it may be the cause (trap 31). */
  private void doubtLocalAddress() {
    if (endpoint != null && endpoint.local() != null) {
      endpoint.local().giveUp();
    }
  }

  private long retransmitAfter(long sentNs) {
    return sentNs + REKEY_TIMEOUT_NS + device.jitterNs();
  }

  private void markUnanswered() {
    if (pending != null && !isAfter(traffic.lastReceivedNs(), pending.sentNs())) {
      unanswered = true;
    }
  }

  private void giveUp(long nowNs) {
    markUnanswered();
    abandonInitiation();
    timers.disarm(Timer.RETRANSMIT);
    timers.disarm(Timer.ANSWER_OVERDUE);
    timers.disarm(Timer.SEND_KEEPALIVE);
    device.actions.waitingDropped(this);
    if (persistentKeepaliveNs > 0) {
      timers.arm(Timer.TRY_AGAIN, nowNs + backOff.nextNs(device.random));
    }
  }

  /** There is a session to use. */
  private void endAttempt() {
    timers.disarm(Timer.GIVE_UP);
    timers.disarm(Timer.RETRANSMIT);
    timers.disarm(Timer.ANSWER_OVERDUE);
    timers.disarm(Timer.DEFERRED_HANDSHAKE);
    timers.disarm(Timer.TRY_AGAIN);
    backOff.reset();
    unanswered = false;
  }

  /** Nothing of an initiation that failed stays (trap 27). */
  private void abandonInitiation() {
    if (pending != null) {
      pending.handshake().close();
      device.releaseIndex(pending.localIndex());
      pending = null;
    }
  }

  // Keepalives.

  private void keepAlive(long nowNs) {
    SessionLife current = sessions.current();
    if (current != null && current.sendable(nowNs)) {
      device.actions.sendKeepalive(this);
    } else {
      renew(nowNs);
    }
  }

  private void keepPersistently(long nowNs) {
    if (!device.ready()) {
      return;
    }
    // While an attempt runs or backs off, it is what keeps the peer in mind.
    if (!attempting() && !timers.armed(Timer.TRY_AGAIN)) {
      keepAlive(nowNs);
    }
    timers.arm(Timer.PERSISTENT_KEEPALIVE, nowNs + persistentKeepaliveNs);
  }

  // Sessions.

  private void startCurrent() {
    traffic.onNewCurrentSession();
    timers.disarm(Timer.REKEY_AS_RESPONDER);
    timers.arm(Timer.SESSION_ENDS, sessions.current().sendUntilNs());
  }

  /**
   * The peer sends under its own current session until our first message under the new one is
   * there. After both sides had initiated at once that may be the one that falls out here.
   */
  private void linger(List<SessionLife> displaced, long nowNs) {
    retireLingering();
    if (!displaced.isEmpty()) {
      lingering.addAll(displaced);
      timers.arm(Timer.RETIRE_LINGERING, nowNs + REKEY_TIMEOUT_NS);
    }
  }

  private void retireLingering() {
    timers.disarm(Timer.RETIRE_LINGERING);
    retire(lingering);
    lingering.clear();
  }

  private void eraseSessions() {
    retireLingering();
    timers.disarm(Timer.ERASE_SESSIONS);
    timers.disarm(Timer.SESSION_ENDS);
    timers.disarm(Timer.REKEY_AS_RESPONDER);
    List<SessionLife> erased = sessions.clear();
    if (!erased.isEmpty()) {
      publishSessions(erased);
    }
  }

  private void publishSessions(List<SessionLife> displaced) {
    device.actions.keypairsChanged(this, sessions.current(), sessions.previous(), sessions.next());
    retire(displaced);
  }

  private void retire(List<SessionLife> gone) {
    for (SessionLife session : gone) {
      device.actions.sessionRetired(this, session);
      device.releaseIndex(session.localIndex());
    }
  }

  private void refreshState(long nowNs) {
    SessionLife current = sessions.current();
    PeerState refreshed;
    if (unanswered) {
      refreshed = PeerState.OFFLINE;
    } else if (current != null && current.sendable(nowNs)) {
      refreshed = PeerState.ONLINE;
    } else {
      refreshed = attempting() ? PeerState.CONNECTING : PeerState.IDLE;
    }
    if (refreshed != state) {
      state = refreshed;
      device.actions.stateChanged(this, refreshed);
    }
  }

  @Override
  public String toString() {
    return "peer " + publicKey() + " " + state;
  }
}
