package io.taltun.daemon.control;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.Presence;
import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.session.Peer;
import java.util.LinkedHashSet;
import java.util.Set;

/** A peer's sides in one place: its name, the workers', the protocol's. Control thread. */
final class PeerEntry {
  private final PublicKey publicKey;
  private final String name;
  private final Peer peer;

  /** Written by {@link AllowedIpTable}. */
  final Set<IpPrefix> prefixes = new LinkedHashSet<>();

  /** Written by {@link PeerEvents}. */
  final Presence presence = new Presence();

  /** Written by {@link DataplaneActions}. */
  final HandshakeTrail handshakes = new HandshakeTrail();

  /** Written by {@link SlowSampler}. */
  final Throughput throughput = new Throughput();

  private PeerProtocol protocol;
  private TrafficSample lastSample = TrafficSample.NONE;
  private long lastHandshakeEpochNs;
  private NamedEndpoint namedEndpoint;

  PeerEntry(PublicKey publicKey, String name, Peer peer) {
    this.publicKey = publicKey;
    this.name = name;
    this.peer = peer;
  }

  PublicKey publicKey() {
    return publicKey;
  }

  String name() {
    return name;
  }

  Peer peer() {
    return peer;
  }

  /** Null until the protocol was told of the peer. */
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

  /** What its endpoint was configured by; null for an address, or when it was set since. */
  NamedEndpoint namedEndpoint() {
    return namedEndpoint;
  }

  void setNamedEndpoint(NamedEndpoint namedEndpoint) {
    this.namedEndpoint = namedEndpoint;
  }

  /** Wall clock, nanoseconds since 1970; 0 before the first handshake. */
  long lastHandshakeEpochNs() {
    return lastHandshakeEpochNs;
  }

  void setLastHandshakeEpochNs(long epochNs) {
    lastHandshakeEpochNs = epochNs;
  }
}
