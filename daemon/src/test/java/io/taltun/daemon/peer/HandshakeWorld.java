package io.taltun.daemon.peer;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.simulation.StandIns;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A device that counts what its protocol asks for, and does nothing of it. */
final class HandshakeWorld implements Actions, IndexSource, AutoCloseable {
  /** The real ones but for the curve, which takes most of a handshake's time. */
  static final Primitives PRIMITIVES =
      new Primitives(
          Primitives.best().aead(),
          StandIns.primitives().x25519(),
          Primitives.best().blake2s(),
          Primitives.best().xchacha20Poly1305(),
          "for tests");

  final DeviceProtocol protocol;
  final List<byte[]> sent = new ArrayList<>();
  int drops;
  int cookiesRequired;

  /** Sessions, keypairs, endpoints, states: what only an authentic message may change. */
  int changes;

  private final StaticIdentity identity;
  private int lastIndex;

  /**
   * @param key makes the private key
   * @param seed of everything else that is random
   */
  HandshakeWorld(long key, long seed, HandClock clock) {
    try (PrivateKey privateKey = PrivateKey.generate(new SplittableRandom(key))) {
      identity = new StaticIdentity(privateKey, PRIMITIVES);
    }
    lastIndex = (int) seed << 8;
    SplittableRandom random = new SplittableRandom(seed);
    protocol = new DeviceProtocol(identity, new Tai64n(clock), random, this, this, 0);
    protocol.onLocalUp(clock.nowNs());
  }

  PublicKey publicKey() {
    return identity.publicKey();
  }

  PeerProtocol add(PublicKey key, Endpoint endpoint, long nowNs) {
    return protocol.addPeer(new PeerSettings(key, PresharedKey.none(), endpoint, 0, null), nowNs);
  }

  /** The message that was sent last. */
  byte[] last() {
    return sent.getLast();
  }

  @Override
  public int allocate() {
    return ++lastIndex;
  }

  @Override
  public void release(int index) {}

  @Override
  public void sendHandshake(PeerProtocol peer, byte[] message, int length, Endpoint to) {
    sent.add(message);
  }

  @Override
  public void sendKeepalive(PeerProtocol peer) {
    changes++;
  }

  @Override
  public void sessionCreated(PeerProtocol peer, SessionLife life, TransportKeys keys) {
    keys.close();
    changes++;
  }

  @Override
  public void keypairsChanged(
      PeerProtocol peer, SessionLife current, SessionLife previous, SessionLife next) {
    changes++;
  }

  @Override
  public void sessionRetired(PeerProtocol peer, SessionLife life) {
    changes++;
  }

  @Override
  public void waitingDropped(PeerProtocol peer) {
    changes++;
  }

  @Override
  public void endpointChanged(PeerProtocol peer, Endpoint endpoint) {
    changes++;
  }

  @Override
  public void stateChanged(PeerProtocol peer, PeerState state) {
    changes++;
  }

  @Override
  public void dropped(HandshakeDrop reason) {
    drops++;
    if (reason == HandshakeDrop.COOKIE_REQUIRED) {
      cookiesRequired++;
    }
  }

  @Override
  public void close() {
    protocol.close();
    identity.close();
  }
}
