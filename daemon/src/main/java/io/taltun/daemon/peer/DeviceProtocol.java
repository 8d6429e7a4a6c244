package io.taltun.daemon.peer;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.dataplane.udp.Endpoint;
import java.util.random.RandomGenerator;

/** All peers of a device. Control thread only. */
public final class DeviceProtocol implements AutoCloseable {
  /** What {@link #poll} returns when nothing is due ever. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  public DeviceProtocol(
      StaticIdentity local,
      Tai64n timestamps,
      RandomGenerator random,
      IndexSource indices,
      Actions actions,
      long rekeyAfterBytes) {}

  /** Null local: no private key yet. Returns the peer that had to go because the key is its own. */
  public PeerProtocol changeIdentity(StaticIdentity local, long nowNs) {
    throw new UnsupportedOperationException();
  }

  public PeerProtocol addPeer(PeerSettings settings, long nowNs) {
    throw new UnsupportedOperationException();
  }

  public void removePeer(PeerProtocol peer) {}

  public PeerProtocol peer(PublicKey key) {
    return null;
  }

  public void changePresharedKey(PeerProtocol peer, PresharedKey presharedKey, long nowNs) {}

  public void changeEndpoint(PeerProtocol peer, Endpoint endpoint, long nowNs) {}

  public void changePersistentKeepalive(PeerProtocol peer, long intervalNs, long nowNs) {}

  public void onLocalUp(long nowNs) {}

  public void onLocalDown(long nowNs) {}

  public void onHandshakeMessage(
      byte[] message, int length, Endpoint source, boolean underLoad, long nowNs) {}

  public void onHandshakeWanted(PeerProtocol peer, long nowNs) {}

  public void onSessionConfirmed(PeerProtocol peer, int localIndex, long nowNs) {}

  public void onEndpointMoved(PeerProtocol peer, Endpoint to, long nowNs) {}

  public void onTraffic(PeerProtocol peer, TrafficSample sample, long nowNs) {}

  public long poll(long nowNs) {
    return NO_DEADLINE;
  }

  @Override
  public void close() {}
}
