package io.taltun.daemon.control;

import io.taltun.config.IpPrefix;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.SessionLife;
import io.taltun.daemon.why.PeerFacts;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.PeerLane;
import java.net.InetAddress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Finds out to whom packets to an address go, and how that peer is. Control thread only. */
final class DestinationReader {
  private final AllowedIpTable prefixes;
  private final long nowNs;

  DestinationReader(AllowedIpTable prefixes, long nowNs) {
    this.prefixes = prefixes;
    this.nowNs = nowNs;
  }

  /** The facts of the peer whose allowed-ips have the address; null for none. */
  PeerFacts read(InetAddress address) {
    IpPrefix prefix = prefixes.longestPrefix(address);
    if (prefix == null) {
      return null;
    }
    PeerEntry entry = prefixes.owner(prefix);
    PeerProtocol protocol = entry.protocol();
    SessionLife current = protocol.current();
    HandshakeTrail trail = entry.handshakes;
    return new PeerFacts(
        entry.name(),
        entry.publicKey().toBase64(),
        prefix.toString(),
        protocol.state().name().toLowerCase(Locale.ROOT),
        protocol.endpoint() == null ? null : protocol.endpoint().toString(),
        protocol.endpoint() == null && entry.namedEndpoint() != null
            ? entry.namedEndpoint().toString()
            : null,
        current != null && current.sendable(nowNs),
        current == null ? null : seconds(current.createdNs()),
        seconds(latest(entry.peer(), PeerLane::lastAnyReceivedNs)),
        seconds(latest(entry.peer(), PeerLane::lastAnySentNs)),
        trail.unanswered(),
        trail.unanswered() == 0 ? null : seconds(trail.firstUnansweredNs()),
        entry.peer().deniedPackets());
  }

  private static long latest(Peer peer, ToLongFunction<PeerLane> time) {
    long latestNs = PeerLane.NEVER;
    for (int i = 0; i < peer.laneCount(); i++) {
      long ns = time.applyAsLong(peer.lane(i));
      if (ns != PeerLane.NEVER && (latestNs == PeerLane.NEVER || ns - latestNs > 0)) {
        latestNs = ns;
      }
    }
    return latestNs;
  }

  private Long seconds(long atNs) {
    return atNs == PeerLane.NEVER
        ? null
        : (Long) TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nowNs - atNs));
  }
}
