package io.taltun.daemon.control;

import io.taltun.config.IpPrefix;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which peer owns which prefix, to be changed one prefix at a time and shown to the workers as a
 * whole: however many change hands, each packet sees all of it or none (trap 2). Control thread.
 */
final class AllowedIpTable {
  private final Map<IpPrefix, PeerEntry> owners = new HashMap<>();
  private boolean changed;

  /** Gives a prefix to a peer, be it another's or nobody's before. */
  void give(IpPrefix prefix, PeerEntry to) {
    IpPrefix network = prefix.network();
    PeerEntry before = owners.put(network, to);
    if (before != to) {
      if (before != null) {
        before.prefixes.remove(network);
      }
      to.prefixes.add(network);
      changed = true;
    }
  }

  /** Takes a prefix from a peer, if it is that peer's. */
  void take(IpPrefix prefix, PeerEntry from) {
    IpPrefix network = prefix.network();
    if (owners.remove(network, from)) {
      from.prefixes.remove(network);
      changed = true;
    }
  }

  void takeAll(PeerEntry from) {
    changed |= !from.prefixes.isEmpty();
    from.prefixes.forEach(owners::remove);
    from.prefixes.clear();
  }

  /** The longest prefix that has the address; null when nobody's does. */
  IpPrefix longestPrefix(InetAddress address) {
    for (int length = address.getAddress().length * Byte.SIZE; length >= 0; length--) {
      IpPrefix prefix = new IpPrefix(address, length).network();
      if (owners.containsKey(prefix)) {
        return prefix;
      }
    }
    return null;
  }

  /** Whose a prefix is; null for nobody's. */
  PeerEntry owner(IpPrefix prefix) {
    return owners.get(prefix);
  }

  /** Whether an owner changed since the last call. */
  boolean takeChanged() {
    boolean since = changed;
    changed = false;
    return since;
  }

  /** A snapshot of who owns which prefix. */
  AllowedIps<Peer> allowedIps() {
    return builder().build();
  }

  /** The same with this host's own addresses, which no packet is relayed for. */
  AllowedIps<Peer> relayTargets(List<InetAddress> localAddresses) {
    AllowedIps.Builder<Peer> builder = builder();
    for (InetAddress address : localAddresses) {
      byte[] bytes = address.getAddress();
      builder.add(bytes, bytes.length * Byte.SIZE, ForwardingTables.HERE);
    }
    return builder.build();
  }

  private AllowedIps.Builder<Peer> builder() {
    AllowedIps.Builder<Peer> builder = AllowedIps.builder();
    owners.forEach(
        (prefix, owner) ->
            builder.add(prefix.address().getAddress(), prefix.length(), owner.peer()));
    return builder;
  }
}
