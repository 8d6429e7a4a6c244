package io.taltun.daemon.peer;

import io.taltun.crypto.noise.CookieChecker;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Initiation;
import io.taltun.dataplane.udp.Endpoint;
import java.util.random.RandomGenerator;

/**
 * Decides, with a few hashes, which handshake messages are worth Diffie-Hellman: mac1, then under
 * load mac2 and the source's budget; initiations that pass wait in fair shares. Whoever lacks a
 * valid mac2 when he needs one is sent a cookie, always (trap 8). Control thread only.
 *
 * <p>The device is under load when an eighth of the queue waits. One source can hold only an eighth
 * of that without a cookie: a single flooder is asked for his cookie, and held to his budget,
 * before anybody else is (trap 7).
 */
final class Admission implements AutoCloseable {
  /** Initiations of one flow that may wait before its sources are asked for cookies. */
  static final int FLOW_BACKLOG = LoadGauge.BACKLOG / 8;

  private final RandomGenerator random;
  private final Actions actions;
  private final InitiationQueue waiting = new InitiationQueue();
  private final SourceHash hash;
  private final LoadGauge load = new LoadGauge();

  /** Null until the first load: most devices never see one. */
  private SourceBudgets budgets;

  /** Null while the device has no private key. */
  private CookieChecker cookies;

  Admission(RandomGenerator random, Actions actions) {
    this.random = random;
    this.actions = actions;
    hash = new SourceHash(random);
  }

  /** Messages are for the owner of this key from now on; null for nobody. */
  void changeIdentity(StaticIdentity local) {
    close();
    cookies =
        local == null ? null : new CookieChecker(local.publicKey(), local.primitives(), random);
  }

  /** Null while the device has no private key. */
  CookieChecker cookies() {
    return cookies;
  }

  /**
   * Lets an initiation wait for its answer, or drops it.
   *
   * @param message 148 bytes or more room, not kept
   * @param forced whether the device is under load whatever waits
   */
  void onInitiation(byte[] message, Endpoint source, boolean forced, long nowNs) {
    if (!mac1Valid(message, Initiation.LENGTH)) {
      return;
    }
    long key = SourceHash.source(source);
    int flow = hash.of(key, InitiationQueue.FLOWS);
    boolean loaded = underLoad(nowNs) || forced || waiting.size(flow) >= FLOW_BACKLOG;
    if (loaded) {
      if (!provesSource(message, Initiation.LENGTH, source, nowNs)) {
        return;
      }
      if (!withinBudget(key, nowNs)) {
        actions.dropped(HandshakeDrop.OVER_BUDGET);
        return;
      }
    }
    if (!waiting.add(message, source, flow)) {
      actions.dropped(HandshakeDrop.QUEUE_FULL);
    }
  }

  /**
   * Whether a response is worth its Diffie-Hellman; drops it otherwise. The first few to an
   * initiation of ours need no cookie: our own handshakes must not fail because others flood us.
   *
   * @param peer who holds the index that it names, or null
   * @param forced whether the device is under load whatever waits
   */
  boolean admitsResponse(
      byte[] response, PeerProtocol peer, Endpoint source, boolean forced, long nowNs) {
    if (!mac1Valid(response, response.length)) {
      return false;
    }
    if (peer == null) {
      actions.dropped(HandshakeDrop.UNKNOWN_INDEX);
      return false;
    }
    return peer.expects(response)
        || !underLoad(nowNs) && !forced
        || provesSource(response, response.length, source, nowNs);
  }

  /** What waits, to be taken in turn. */
  InitiationQueue waiting() {
    return waiting;
  }

  /** Whether cookies are asked for at the moment. */
  boolean underLoad(long nowNs) {
    return load.underLoad(waiting.size(), nowNs);
  }

  private boolean mac1Valid(byte[] message, int length) {
    boolean valid = cookies.mac1Valid(message, length);
    if (!valid) {
      actions.dropped(HandshakeDrop.BAD_MAC1);
    }
    return valid;
  }

  private boolean withinBudget(long source, long nowNs) {
    if (budgets == null) {
      budgets = new SourceBudgets(random);
    }
    return budgets.spend(source, nowNs);
  }

  /** Or is sent a cookie with which it can. */
  private boolean provesSource(byte[] message, int length, Endpoint source, long nowNs) {
    byte[] place = source.macInput();
    if (cookies.mac2Valid(message, length, place, nowNs)) {
      return true;
    }
    byte[] reply = new byte[CookieReply.LENGTH];
    cookies.writeCookieReply(message, length, place, nowNs, reply);
    actions.dropped(HandshakeDrop.COOKIE_REQUIRED);
    actions.sendHandshake(null, reply, reply.length, source);
    return false;
  }

  /** Erases the cookie secret. */
  @Override
  public void close() {
    if (cookies != null) {
      cookies.close();
      cookies = null;
    }
  }
}
