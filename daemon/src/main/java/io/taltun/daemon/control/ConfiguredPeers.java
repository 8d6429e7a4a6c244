package io.taltun.daemon.control;

import io.taltun.config.HostPort;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.daemon.state.PeerRecord;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Makes a device's peers those of a configuration, whatever they are before. What is so already is
 * not touched: such a peer keeps its sessions, its counters, and the endpoint where it was heard.
 * Control thread.
 */
final class ConfiguredPeers {
  /** Learns where a name leads, for as long as it is the peer's. */
  @FunctionalInterface
  interface Naming {
    void resolve(PeerEntry entry, NamedEndpoint named, boolean moves);
  }

  private final PeerTable peers;
  private final List<PeerConfig> wanted;
  private final Map<HostPort, Endpoint> known;
  private final PeerMemory memory;

  /** Those whose endpoint the file tells anew, and whether they are new themselves. */
  private final Map<PublicKey, Boolean> redirected = new HashMap<>();

  /**
   * @param known endpoints' names that are resolved already
   * @param memory what earlier runs learned of peers that are new
   */
  ConfiguredPeers(
      PeerTable peers, List<PeerConfig> wanted, Map<HostPort, Endpoint> known, PeerMemory memory) {
    this.peers = peers;
    this.wanted = wanted;
    this.known = known;
    this.memory = memory;
  }

  /** First: writes what is different into an edit, which is then committed. */
  void write(DeviceEdit edit) {
    Set<PublicKey> keys = new HashSet<>();
    wanted.forEach(peer -> keys.add(peer.publicKey()));
    for (PeerEntry entry : peers.entries()) {
      if (!keys.contains(entry.publicKey())) {
        edit.remove(entry.publicKey());
      }
    }
    for (PeerConfig peer : wanted) {
      PeerEntry entry = peers.byKey(peer.publicKey());
      peers.name(peer.publicKey(), peer.name());
      if (entry == null) {
        edit.add(peer.publicKey());
      }
      write(edit, entry, peer);
    }
  }

  /**
   * @param entry null for a new peer
   */
  private void write(DeviceEdit edit, PeerEntry entry, PeerConfig peer) {
    PublicKey key = peer.publicKey();
    edit.presharedKey(key, peer.presharedKey());
    if (!peers.access(key).equals(peer.access())) {
      edit.access(key, peer.access());
    }
    if (entry == null || !Objects.equals(entry.configuredEndpoint(), peer.endpoint())) {
      redirected.put(key, entry == null);
      Endpoint last = entry == null ? remembered(peer) : null;
      if (last != null) {
        edit.endpoint(key, last);
      } else if (peer.endpoint() != null) {
        edit.endpoint(
            key, known.getOrDefault(peer.endpoint(), EndpointResolver.literal(peer.endpoint())));
      }
    }
    Duration keepalive = peer.persistentKeepalive();
    if (entry == null || entry.protocol().persistentKeepaliveNs() != keepalive.toNanos()) {
      edit.persistentKeepalive(key, keepalive.toNanos());
    }
    if (entry != null) {
      Set<IpPrefix> stale = new HashSet<>(entry.prefixes);
      peer.allowedIps().forEach(prefix -> stale.remove(prefix.network()));
      stale.forEach(prefix -> edit.removePrefix(key, prefix));
    }
    peer.allowedIps().forEach(prefix -> edit.addPrefix(key, prefix));
  }

  /** Where a peer was last, if it is to be looked for there. */
  private Endpoint remembered(PeerConfig peer) {
    PeerRecord record = memory.recall(peer.publicKey());
    HostPort configured = peer.endpoint();
    return record == null
        ? null
        : record.endpointFor(configured == null ? "" : configured.toString());
  }

  /** After the commit: notes where the endpoints come from, and asks for names. */
  void settle(Naming naming, DeviceProtocol protocol) {
    peers.arrange(wanted.stream().map(PeerConfig::publicKey).toList());
    for (PeerConfig peer : wanted) {
      Boolean isNew = redirected.get(peer.publicKey());
      if (isNew == null) {
        continue;
      }
      PeerEntry entry = peers.byKey(peer.publicKey());
      PeerRecord record = isNew ? memory.recall(peer.publicKey()) : null;
      if (record != null && record.timestamp() != null) {
        protocol.restoreTimestamp(entry.protocol(), record.timestamp());
      }
      settle(naming, peer, entry, isNew);
    }
  }

  private void settle(Naming naming, PeerConfig peer, PeerEntry entry, boolean isNew) {
    HostPort endpoint = peer.endpoint();
    boolean named = endpoint != null && EndpointResolver.literal(endpoint) == null;
    boolean elsewhere = isNew && remembered(peer) != null;
    entry.setConfiguredEndpoint(endpoint);
    // Where a peer was once may be nobody by now: what is configured is asked again then.
    entry.setNamedEndpoint(
        endpoint != null && (named || elsewhere) ? new NamedEndpoint(endpoint) : null);
    if (named && !elsewhere && !known.containsKey(endpoint)) {
      naming.resolve(entry, entry.namedEndpoint(), !isNew);
    }
  }
}
