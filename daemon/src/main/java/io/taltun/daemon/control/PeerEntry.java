package io.taltun.daemon.control;

import io.taltun.config.PeerConfig;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.session.Peer;

/** A peer's three sides in one place: the file's, the workers', the protocol's. Control thread. */
final class PeerEntry {
  private final PeerConfig config;
  private final Peer peer;
  private PeerProtocol protocol;
  private TrafficSample lastSample = TrafficSample.NONE;
  private long lastHandshakeEpochNs;

  PeerEntry(PeerConfig config, Peer peer) {
    this.config = config;
    this.peer = peer;
  }

  PeerConfig config() {
    return config;
  }

  Peer peer() {
    return peer;
  }

  PeerProtocol protocol() {
    return protocol;
  }

  void setProtocol(PeerProtocol protocol) {
    this.protocol = protocol;
  }

  /** What the protocol was told last. */
  TrafficSample lastSample() {
    return lastSample;
  }

  void setLastSample(TrafficSample sample) {
    lastSample = sample;
  }

  /** Wall clock, nanoseconds since 1970; 0 before the first handshake. */
  long lastHandshakeEpochNs() {
    return lastHandshakeEpochNs;
  }

  void setLastHandshakeEpochNs(long epochNs) {
    lastHandshakeEpochNs = epochNs;
  }
}
