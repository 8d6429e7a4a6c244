package io.taltun.daemon.control;

import io.taltun.config.HostPort;
import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.Presence;
import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.session.Peer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A peer's sides in one place: its name, the workers', the protocol's. Control thread, but for what
 * {@link PeerReading} has.
 */
final class PeerEntry implements PeerReading {
  private final PublicKey publicKey;
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
  private HostPort configuredEndpoint;
  private NamedEndpoint namedEndpoint;

  /** Denied packets that the log has told of. */
  private long toldDenied;

  // Written by the control thread; others read it.
  private volatile String name;
  private volatile List<IpPrefix> allowedIps = List.of();
  private volatile PeerState state = PeerState.IDLE;
  private volatile long lastHandshakeEpochNs;
  private volatile long handshakeRoundTripNs;

  /** When our latest initiation went out. */
  private long initiationSentNs;

  PeerEntry(PublicKey publicKey, String name, Peer peer) {
    this.publicKey = publicKey;
    this.name = name;
    this.peer = peer;
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public String name() {
    return name;
  }

  void setName(String name) {
    this.name = name;
  }

  @Override
  public Peer peer() {
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

  /** What the file says, whatever became of it since; null for nothing. */
  HostPort configuredEndpoint() {
    return configuredEndpoint;
  }

  /** The same as text, empty for nothing. */
  String configuredEndpointText() {
    return configuredEndpoint == null ? "" : configuredEndpoint.toString();
  }

  void setConfiguredEndpoint(HostPort configuredEndpoint) {
    this.configuredEndpoint = configuredEndpoint;
  }

  /** What its endpoint was configured by; null for an address, or when it was set since. */
  NamedEndpoint namedEndpoint() {
    return namedEndpoint;
  }

  void setNamedEndpoint(NamedEndpoint namedEndpoint) {
    if (this.namedEndpoint != null) {
      this.namedEndpoint.forget();
    }
    this.namedEndpoint = namedEndpoint;
  }

  /** Packets that its access rules denied since the last call. */
  long takeDeniedSince() {
    long denied = peer.deniedPackets();
    long since = denied - toldDenied;
    toldDenied = denied;
    return since;
  }

  @Override
  public long lastHandshakeEpochNs() {
    return lastHandshakeEpochNs;
  }

  void setLastHandshakeEpochNs(long epochNs) {
    lastHandshakeEpochNs = epochNs;
  }

  @Override
  public List<IpPrefix> allowedIps() {
    return allowedIps;
  }

  /** Shows the prefixes as they are now. */
  void showPrefixes() {
    if (!sameAsShown()) {
      allowedIps = List.copyOf(prefixes);
    }
  }

  private boolean sameAsShown() {
    List<IpPrefix> shown = allowedIps;
    if (shown.size() != prefixes.size()) {
      return false;
    }
    int i = 0;
    for (IpPrefix prefix : prefixes) {
      if (!prefix.equals(shown.get(i++))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public PeerState state() {
    return state;
  }

  void setState(PeerState state) {
    this.state = state;
  }

  @Override
  public long handshakeRoundTripNs() {
    return handshakeRoundTripNs;
  }

  void initiationSent(long nowNs) {
    initiationSentNs = nowNs;
  }

  /** The response to the latest initiation is there; returns how long it took. */
  long initiationAnswered(long nowNs) {
    handshakeRoundTripNs = Math.max(1, nowNs - initiationSentNs);
    return handshakeRoundTripNs;
  }
}
