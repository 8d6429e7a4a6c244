package io.taltun.daemon.peer;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.CookieChecker;
import io.taltun.crypto.noise.HandshakeResponder;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.Response;
import io.taltun.dataplane.udp.Endpoint;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The WireGuard protocol of a device and its peers: events in, {@link Actions} out. It reads no
 * clock and does no I/O; {@code nowNs} is any monotonic time that goes on during suspend, may be
 * negative, and must not go back between calls.
 *
 * <p>Control thread only. A device begins down: {@link #onLocalUp} starts it. Events about a peer
 * that was removed are ignored. Nothing that comes from the network throws.
 */
public final class DeviceProtocol implements AutoCloseable {
  /** What {@link #poll} returns when no timer is armed. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /** Initiations that may wait for {@link #answerNext}. */
  public static final int MOST_WAITING_INITIATIONS = InitiationQueue.CAPACITY;

  private final DeviceContext device;
  private final Map<PublicKey, PeerProtocol> peers = new LinkedHashMap<>();
  private final DeadlineQueue deadlines = new DeadlineQueue();
  private final Admission admission;
  private long nextSerial;

  /**
   * A device without peers, down.
   *
   * @param local null when there is no private key yet; closed by the caller
   * @param timestamps of our initiations
   * @param random cryptographically strong outside of tests: ephemeral keys and jitter
   * @param rekeyAfterBytes renews a session that sent and received this much; 0 is off
   */
  public DeviceProtocol(
      StaticIdentity local,
      Tai64n timestamps,
      RandomGenerator random,
      IndexSource indices,
      Actions actions,
      long rekeyAfterBytes) {
    device = new DeviceContext(local, timestamps, random, indices, actions, rekeyAfterBytes);
    admission = new Admission(random, actions);
    admission.changeIdentity(local);
  }

  // Peers and settings.

  /**
   * Adds a peer. With a persistent keepalive, on a device that is up, its handshake begins at once.
   *
   * @throws IllegalArgumentException when the public key is our own (trap 25) or a peer's already
   */
  public PeerProtocol addPeer(PeerSettings settings, long nowNs) {
    if (device.local() != null && device.local().publicKey().equals(settings.publicKey())) {
      throw new IllegalArgumentException("a peer cannot have this device's own public key");
    }
    if (peers.containsKey(settings.publicKey())) {
      throw new IllegalArgumentException("there is a peer with this public key already");
    }
    PeerProtocol peer = new PeerProtocol(device, settings, nextSerial++);
    peers.put(settings.publicKey(), peer);
    peer.changePersistentKeepalive(settings.persistentKeepaliveNs(), nowNs);
    deadlines.update(peer);
    return peer;
  }

  /** Erases the peer's sessions and its preshared key. */
  public void removePeer(PeerProtocol peer) {
    if (!peer.removed()) {
      peers.remove(peer.publicKey());
      peer.remove();
      deadlines.update(peer);
    }
  }

  /** The peer of that key, or null. */
  public PeerProtocol peer(PublicKey key) {
    return peers.get(key);
  }

  /** All peers, in the order in which they were added; a view. */
  public Collection<PeerProtocol> peers() {
    return Collections.unmodifiableCollection(peers.values());
  }

  /**
   * Replaces our static key and erases what was made with the old one (trap 25). A peer whose key
   * this is goes; those with a persistent keepalive begin their handshake at once.
   *
   * @param local null when there is no private key any more; closed by the caller, as the one
   *     before
   * @return the peer that was removed, or null
   */
  public PeerProtocol changeIdentity(StaticIdentity local, long nowNs) {
    PeerProtocol ourselves = local == null ? null : peers.get(local.publicKey());
    if (ourselves != null) {
      removePeer(ourselves);
    }
    device.local(local);
    admission.changeIdentity(local);
    for (PeerProtocol peer : peers.values()) {
      peer.forgetKeys(nowNs);
      if (device.ready()) {
        peer.onLocalUp(nowNs);
      }
      deadlines.update(peer);
    }
    return ourselves;
  }

  /**
   * Lent until the next change of the peer; {@link PresharedKey#isNone none} when there is none.
   */
  public PresharedKey presharedKey(PeerProtocol peer) {
    return peer.keys.presharedKey();
  }

  /** Owns {@code presharedKey} from now on; another key than before erases the peer's sessions. */
  public void changePresharedKey(PeerProtocol peer, PresharedKey presharedKey, long nowNs) {
    if (peer.removed()) {
      presharedKey.close();
      return;
    }
    peer.changePresharedKey(presharedKey, nowNs);
    deadlines.update(peer);
  }

  /** The peer is configured, or resolved, to be at {@code endpoint}. */
  public void changeEndpoint(PeerProtocol peer, Endpoint endpoint, long nowNs) {
    if (!peer.removed()) {
      boolean first = peer.endpoint() == null;
      peer.changeEndpoint(endpoint, nowNs);
      if (first) {
        peer.onLocalUp(nowNs); // its name was not known yet when the device came up
      }
      deadlines.update(peer);
    }
  }

  /** Renews a session from now on that sent and received this much; 0 is off. */
  public void renewAfter(long bytes) {
    device.rekeyAfterBytes(bytes);
  }

  /**
   * Initiations up to this TAI64N label, 12 bytes, owned by the protocol from now on, were answered
   * before a restart; they stay dead (trap 21).
   */
  public void restoreTimestamp(PeerProtocol peer, byte[] timestamp) {
    peer.initiations.restore(timestamp);
  }

  /** 0 is off; switched on, it begins at once. */
  public void changePersistentKeepalive(PeerProtocol peer, long intervalNs, long nowNs) {
    if (!peer.removed()) {
      peer.changePersistentKeepalive(intervalNs, nowNs);
      deadlines.update(peer);
    }
  }

  // From one process of a gateway to the next.

  /** What another process needs to go on with a peer; changes nothing. */
  public PeerTransfer transfer(PeerProtocol peer) {
    return PeerHandover.transfer(peer);
  }

  /**
   * Lets a peer that was just added go on from where another process stopped. Its sessions are in
   * the order of {@link PeerTransfer#lives}, for the caller to attach what belongs to them.
   */
  public List<SessionLife> adopt(
      PeerProtocol peer, PeerTransfer from, TrafficSample sample, Endpoint endpoint) {
    return PeerHandover.adopt(peer, from, sample, endpoint);
  }

  /** The secret behind the cookies that are out there; null when there is none. */
  public CookieSecret copyCookieSecret() {
    CookieChecker cookies = admission.cookies();
    byte[] secret = cookies == null ? null : cookies.copySecret();
    return secret == null ? null : new CookieSecret(secret, cookies.secretDrawnNs());
  }

  /** Goes on with another process's; of the same private key. */
  public void adopt(CookieSecret secret) {
    if (admission.cookies() != null) {
      admission.cookies().restoreSecret(secret.secret(), secret.drawnNs());
    }
  }

  /**
   * The interface was up all the time: adopted peers go on, others begin.
   *
   * @param adopted those that {@link #adopt} was called for
   */
  public void onTakenOver(Collection<PeerProtocol> adopted, long nowNs) {
    device.up(true);
    for (PeerProtocol peer : peers.values()) {
      if (adopted.contains(peer)) {
        PeerHandover.goOn(peer, nowNs);
      } else {
        peer.onLocalUp(nowNs);
      }
      deadlines.update(peer);
    }
  }

  // Events.

  /** The interface came up: peers with a persistent keepalive start at once. */
  public void onLocalUp(long nowNs) {
    device.up(true);
    for (PeerProtocol peer : peers.values()) {
      peer.onLocalUp(nowNs);
      deadlines.update(peer);
    }
  }

  /** The interface went down: sessions are erased, handshake messages are dropped. */
  public void onLocalDown(long nowNs) {
    device.up(false);
    for (PeerProtocol peer : peers.values()) {
      peer.stop(nowNs);
      device.actions.waitingDropped(peer);
      deadlines.update(peer);
    }
  }

  /**
   * A datagram that is not a transport message, in the first {@code length} bytes of {@code
   * message}, which are not kept. The cheapest check comes first: length and type, mac1, under load
   * mac2 and the source's budget. An initiation that passes waits for {@link #answerNext}; a
   * response, which only our own initiations bring about, is used at once.
   */
  public void onHandshakeMessage(byte[] message, int length, Endpoint source, long nowNs) {
    receive(message, length, source, false, nowNs);
  }

  /**
   * The same with the answers at once, for callers that are never flooded.
   *
   * @param underLoad whether the device is under load whatever waits
   */
  public void onHandshakeMessage(
      byte[] message, int length, Endpoint source, boolean underLoad, long nowNs) {
    receive(message, length, source, underLoad, nowNs);
    Answer answer;
    do {
      answer = answerNext(nowNs);
    } while (answer != Answer.NONE_WAITS);
  }

  private void receive(byte[] message, int length, Endpoint source, boolean forced, long nowNs) {
    int type = MessageType.of(message, length);
    switch (type) {
      case MessageType.INITIATION, MessageType.RESPONSE, MessageType.COOKIE_REPLY -> {
        if (!device.ready()) {
          drop(HandshakeDrop.NOT_READY);
        } else if (type == MessageType.INITIATION) {
          admission.onInitiation(message, source, forced, nowNs);
        } else {
          byte[] exact = Arrays.copyOf(message, length);
          if (type == MessageType.RESPONSE) {
            onResponse(exact, source, forced, nowNs);
          } else {
            onCookieReply(exact, nowNs);
          }
        }
      }
      default ->
          drop(
              startsLikeHandshake(message, length)
                  ? HandshakeDrop.WRONG_LENGTH
                  : HandshakeDrop.UNKNOWN_TYPE);
    }
  }

  /** Answers the initiation whose turn it is: four X25519, or one when it is nobody's. */
  public Answer answerNext(long nowNs) {
    InitiationQueue waiting = admission.waiting();
    if (!waiting.take()) {
      return Answer.NONE_WAITS;
    }
    if (!device.ready()) {
      drop(HandshakeDrop.NOT_READY);
      return Answer.IN_VAIN;
    }
    return onInitiation(waiting.message(), waiting.source(), nowNs)
        ? Answer.ANSWERED
        : Answer.IN_VAIN;
  }

  /** Initiations that wait for {@link #answerNext}. */
  public int waitingInitiations() {
    return admission.waiting().size();
  }

  /** Whether initiations without a cookie are sent one instead of an answer. */
  public boolean underLoad(long nowNs) {
    return admission.underLoad(nowNs);
  }

  /** A worker holds a packet and has no session that may send it. */
  public void onHandshakeWanted(PeerProtocol peer, long nowNs) {
    if (peer.removed()) {
      return;
    }
    if (!device.ready()) {
      device.actions.waitingDropped(peer); // nobody would ask for them again
      return;
    }
    peer.onHandshakeWanted(nowNs);
    deadlines.update(peer);
  }

  /** The first authentic transport message came under the session that is {@code next}. */
  public void onSessionConfirmed(PeerProtocol peer, int localIndex, long nowNs) {
    if (!peer.removed()) {
      peer.onSessionConfirmed(localIndex, nowNs);
      deadlines.update(peer);
    }
  }

  /** An authentic transport message came from another place than the endpoint. */
  public void onEndpointMoved(PeerProtocol peer, Endpoint to, long nowNs) {
    if (!peer.removed()) {
      peer.changeEndpoint(to, nowNs);
      deadlines.update(peer);
    }
  }

  /**
   * What the workers counted for a peer; to be called about every 100 ms while that changes, and
   * before {@link #poll} of the same moment.
   */
  public void onTraffic(PeerProtocol peer, TrafficSample sample, long nowNs) {
    if (!peer.removed()) {
      peer.onTraffic(sample, nowNs);
      deadlines.update(peer);
    }
  }

  /**
   * Runs what is due.
   *
   * @return when to call again at the latest, or {@link #NO_DEADLINE}
   */
  public long poll(long nowNs) {
    for (PeerProtocol due = deadlines.firstDue(nowNs);
        due != null;
        due = deadlines.firstDue(nowNs)) {
      due.runDue(nowNs);
      deadlines.update(due);
    }
    return deadlines.isEmpty() ? NO_DEADLINE : deadlines.nextNs();
  }

  /** Removes all peers and erases everything that is secret. */
  @Override
  public void close() {
    for (PeerProtocol peer : List.copyOf(peers.values())) {
      removePeer(peer);
    }
    admission.close();
    device.local(null);
  }

  private boolean onInitiation(byte[] message, Endpoint source, long nowNs) {
    HandshakeResponder initiation = HandshakeResponder.read(device.local(), message);
    if (initiation == null) {
      drop(HandshakeDrop.NOT_AUTHENTIC);
      return false;
    }
    try (initiation) {
      PeerProtocol peer = peers.get(initiation.remoteStatic());
      if (peer == null) {
        drop(HandshakeDrop.UNKNOWN_PEER);
        return false;
      }
      boolean answered = peer.onInitiation(initiation, source, nowNs);
      if (answered) {
        device.actions.initiationAnswered(peer, peer.initiations.greatestTimestamp());
      }
      deadlines.update(peer);
      return answered;
    }
  }

  private void onResponse(byte[] message, Endpoint source, boolean forced, long nowNs) {
    PeerProtocol peer = device.holder(Response.receiverIndex(message));
    if (admission.admitsResponse(message, peer, source, forced, nowNs)) {
      peer.onResponse(message, source, nowNs);
      deadlines.update(peer);
    }
  }

  /** Names an initiation that is pending, or a response: its index is a session's by now. */
  private void onCookieReply(byte[] message, long nowNs) {
    PeerProtocol peer = device.holder(CookieReply.receiverIndex(message));
    if (peer == null) {
      drop(HandshakeDrop.UNKNOWN_INDEX);
      return;
    }
    peer.onCookieReply(message, nowNs);
    deadlines.update(peer);
  }

  private static boolean startsLikeHandshake(byte[] message, int length) {
    return length < MessageType.LENGTH
        || message.length < MessageType.LENGTH
        || message[0] >= MessageType.INITIATION
            && message[0] <= MessageType.COOKIE_REPLY
            && (message[1] | message[2] | message[3]) == 0;
  }

  private void drop(HandshakeDrop reason) {
    device.actions.dropped(reason);
  }
}
