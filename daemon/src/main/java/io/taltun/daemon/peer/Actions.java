package io.taltun.daemon.peer;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.dataplane.udp.Endpoint;

/**
 * What the protocol asks of the world. Called on the control thread from inside {@link
 * DeviceProtocol}'s methods; an implementation must not call back into it.
 *
 * <p>For one new session the order is {@link #sessionCreated}, {@link #keypairsChanged}, {@link
 * #sessionRetired} for what it displaced, {@link #sendHandshake} (responder) or {@link
 * #sendKeepalive} (initiator), {@link #stateChanged}.
 */
public interface Actions {
  /**
   * Sends a handshake message.
   *
   * @param peer whom it is for, null for a cookie reply
   * @param message the bytes, the callee's from now on
   * @param length how many of them
   */
  void sendHandshake(PeerProtocol peer, byte[] message, int length, Endpoint to);

  /**
   * Sends an empty transport message on the current session. May be skipped when waiting packets
   * were sent on that session just before: those say the same to the peer.
   */
  void sendKeepalive(PeerProtocol peer);

  /** A session receives from now on. The callee owns the keys. */
  void sessionCreated(PeerProtocol peer, SessionLife life, TransportKeys keys);

  /**
   * Sending uses {@code current} from now on; packets that waited for it can go. Each is null when
   * there is none.
   */
  void keypairsChanged(
      PeerProtocol peer, SessionLife current, SessionLife previous, SessionLife next);

  /** A session that is in no keypair any more: neither receives nor sends, its keys are erased. */
  void sessionRetired(PeerProtocol peer, SessionLife life);

  /** No answer for {@code REKEY_ATTEMPT_TIME}: packets that wait for a session are given up. */
  void waitingDropped(PeerProtocol peer);

  /** An initiation had no answer for {@code REKEY_TIMEOUT}: nobody may be there any more. */
  default void unanswered(PeerProtocol peer, long nowNs) {}

  /** The peer proved to be elsewhere. */
  void endpointChanged(PeerProtocol peer, Endpoint endpoint);

  /** An initiation of that TAI64N label, 12 bytes that nobody changes, was answered. */
  default void initiationAnswered(PeerProtocol peer, byte[] timestamp) {}

  /** The peer's state is another one than before. */
  void stateChanged(PeerProtocol peer, PeerState state);

  /** A handshake message went no further. */
  void dropped(HandshakeDrop reason);
}
