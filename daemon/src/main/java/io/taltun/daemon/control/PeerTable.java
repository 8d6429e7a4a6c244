package io.taltun.daemon.control;

import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.daemon.peer.IndexSource;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.route.SessionIndex;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * All peers by slot, and the receiver indices of all their sessions. Written by the control thread;
 * workers read the session index.
 */
public final class PeerTable implements IndexSource {
  /** Sessions and handshakes in flight: four a peer for a quarter of a million peers. */
  private static final int MAX_INDICES = 1 << 20;

  private final RandomGenerator random;
  private final int workers;
  private final SessionIndex<Session> sessions = new SessionIndex<>(MAX_INDICES);
  private final List<PeerEntry> entries = new ArrayList<>();

  /**
   * @param random unpredictable: indices must not be guessed (trap 23)
   */
  public PeerTable(RandomGenerator random, int workers) {
    this.random = random;
    this.workers = workers;
  }

  public SessionIndex<Session> sessions() {
    return sessions;
  }

  PeerEntry add(PeerConfig config) {
    PeerEntry entry = new PeerEntry(config, new Peer(entries.size(), workers));
    entries.add(entry);
    return entry;
  }

  /** The entry of a slot, or null. */
  PeerEntry bySlot(int slot) {
    return slot >= 0 && slot < entries.size() ? entries.get(slot) : null;
  }

  List<PeerEntry> entries() {
    return entries;
  }

  /** A snapshot of who owns which prefix. */
  AllowedIps<Peer> allowedIps() {
    return allowedIpsBuilder().build();
  }

  /** The same with this host's own addresses, which no packet is relayed for. */
  AllowedIps<Peer> relayTargets(List<InetAddress> localAddresses) {
    AllowedIps.Builder<Peer> builder = allowedIpsBuilder();
    for (InetAddress address : localAddresses) {
      byte[] bytes = address.getAddress();
      builder.add(bytes, bytes.length * Byte.SIZE, ForwardingTables.HERE);
    }
    return builder.build();
  }

  private AllowedIps.Builder<Peer> allowedIpsBuilder() {
    AllowedIps.Builder<Peer> builder = AllowedIps.builder();
    for (PeerEntry entry : entries) {
      for (IpPrefix prefix : entry.config().allowedIps()) {
        builder.add(prefix.address().getAddress(), prefix.length(), entry.peer());
      }
    }
    return builder;
  }

  @Override
  public int allocate() {
    OptionalInt index = sessions.allocate(random);
    if (index.isPresent() && index.getAsInt() == NONE) {
      index = sessions.allocate(random);
      sessions.remove(NONE);
    }
    return index.orElse(NONE);
  }

  @Override
  public void release(int index) {
    sessions.remove(index);
  }
}
