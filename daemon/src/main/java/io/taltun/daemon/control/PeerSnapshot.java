package io.taltun.daemon.control;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.PeerState;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.PeerLane;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Duration;
import java.util.List;

/**
 * A peer at one moment.
 *
 * @param name from the configuration, or the key's first characters
 * @param presharedKey whether there is one
 * @param endpoint null while it is not known
 * @param allowedIps in the order in which they came to the peer
 * @param persistentKeepalive zero when off
 * @param lastHandshakeEpochNs wall clock, nanoseconds since 1970; 0 for never
 * @param receivedBytes UDP payload of authentic messages
 * @param sentBytes UDP payload
 * @param deniedPackets that its access rules did not allow
 * @param receivedPerSecond bytes in the last second or two
 * @param sentPerSecond the same
 * @param roundTripNs of the latest handshake, −1 before the first
 * @param receiveLoss share of the peer's messages that did not come, 0 to 1; null when unknown
 */
public record PeerSnapshot(
    String name,
    PublicKey publicKey,
    boolean presharedKey,
    PeerState state,
    Endpoint endpoint,
    List<IpPrefix> allowedIps,
    Duration persistentKeepalive,
    long lastHandshakeEpochNs,
    long receivedBytes,
    long sentBytes,
    long deniedPackets,
    long receivedPerSecond,
    long sentPerSecond,
    long roundTripNs,
    Double receiveLoss) {
  /** Copies the list. */
  public PeerSnapshot {
    allowedIps = List.copyOf(allowedIps);
  }

  static PeerSnapshot of(PeerEntry entry, boolean presharedKey) {
    Peer peer = entry.peer();
    long received = 0;
    long sent = 0;
    for (int i = 0; i < peer.laneCount(); i++) {
      PeerLane lane = peer.lane(i);
      received += lane.receivedBytes();
      sent += lane.sentBytes();
    }
    PeerProtocol protocol = entry.protocol();
    return new PeerSnapshot(
        entry.name(),
        entry.publicKey(),
        presharedKey,
        protocol.state(),
        peer.endpoint(),
        List.copyOf(entry.prefixes),
        Duration.ofNanos(protocol.persistentKeepaliveNs()),
        entry.lastHandshakeEpochNs(),
        received,
        sent,
        peer.deniedPackets(),
        entry.throughput.receivedPerSecond(),
        entry.throughput.sentPerSecond(),
        entry.handshakes.roundTripNs(),
        ReceiveLoss.of(peer.keypairs()));
  }
}
