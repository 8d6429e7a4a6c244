package io.taltun.daemon.control;

import io.taltun.config.AccessRules;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.IndexSource;
import io.taltun.dataplane.route.SessionIndex;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * All peers by key and by slot, and the receiver indices of all their sessions. Written by the
 * control thread; workers read the session index.
 */
public final class PeerTable implements IndexSource {
  /** Sessions and handshakes in flight: four a peer for a quarter of a million peers. */
  private static final int MAX_INDICES = 1 << 20;

  private final RandomGenerator random;
  private final int workers;
  private final SessionIndex<Session> sessions = new SessionIndex<>(MAX_INDICES);
  private final SequencedMap<PublicKey, PeerEntry> byKey = new LinkedHashMap<>();
  private final Map<Integer, PeerEntry> bySlot = new HashMap<>();
  private final Map<PublicKey, String> names = new HashMap<>();
  private final AccessTable access;
  private int nextSlot;

  // Written by the control thread; others read it.
  private volatile List<PeerReading> roster = List.of();

  /**
   * @param random unpredictable: indices must not be guessed (trap 23)
   */
  public PeerTable(RandomGenerator random, int workers) {
    this.random = random;
    this.workers = workers;
    access = new AccessTable(random);
  }

  public SessionIndex<Session> sessions() {
    return sessions;
  }

  /** What a peer of that key is called from now on, also when it goes and comes again. */
  void name(PublicKey key, String name) {
    names.put(key, name);
    PeerEntry present = byKey.get(key);
    if (present != null) {
      present.setName(name);
    }
  }

  /** Forgets what peers are called that are not among these. */
  void forgetNames(Set<PublicKey> known) {
    names.keySet().retainAll(known);
    access.retain(known);
  }

  /** Puts the peers into an order; others come after them, as they were. */
  void arrange(List<PublicKey> order) {
    List<PublicKey> firsts = new ArrayList<>();
    for (PublicKey key : byKey.sequencedKeySet()) {
      if (firsts.size() == order.size()) {
        break;
      }
      firsts.add(key);
    }
    if (!firsts.equals(order)) {
      order.reversed().stream()
          .filter(byKey::containsKey)
          .forEach(key -> byKey.putFirst(key, byKey.get(key)));
      show();
    }
  }

  /** What a peer of that key may send from now on, also when it goes and comes again. */
  void restrict(PublicKey key, AccessRules rules) {
    access.set(key, rules);
    PeerEntry entry = byKey.get(key);
    if (entry != null) {
      restrict(entry);
    }
  }

  /** What a peer of that key may send. */
  AccessRules access(PublicKey key) {
    return access.get(key);
  }

  /** Gives an entry the rules of its key. */
  void restrict(PeerEntry entry) {
    entry.peer().setAccess(access.policy(entry.publicKey(), entry.peer().slot()));
  }

  /** Makes an entry; {@link #put} adds it. */
  PeerEntry create(PublicKey key) {
    return new PeerEntry(
        key, names.getOrDefault(key, key.toString()), new Peer(freeSlot(), workers));
  }

  /**
   * Not a removed peer's number until 2^31 others were used: a worker may have reported about that
   * peer just before it went, and the report may wait for us.
   */
  private int freeSlot() {
    int slot;
    do {
      slot = nextSlot;
      nextSlot = nextSlot + 1 & Integer.MAX_VALUE;
    } while (bySlot.containsKey(slot));
    return slot;
  }

  void put(PeerEntry entry) {
    byKey.put(entry.publicKey(), entry);
    bySlot.put(entry.peer().slot(), entry);
  }

  void remove(PeerEntry entry) {
    byKey.remove(entry.publicKey(), entry);
    bySlot.remove(entry.peer().slot());
    entry.setNamedEndpoint(null);
  }

  /** The entry of a slot, or null. */
  PeerEntry bySlot(int slot) {
    return bySlot.get(slot);
  }

  /** The entry of a key, or null. */
  PeerEntry byKey(PublicKey key) {
    return byKey.get(key);
  }

  /** All, in the order in which they were added; a view. */
  Collection<PeerEntry> entries() {
    return Collections.unmodifiableCollection(byKey.values());
  }

  /** Shows the peers and their prefixes as they are now, after each edit. */
  void show() {
    byKey.values().forEach(PeerEntry::showPrefixes);
    roster = List.copyOf(byKey.values());
  }

  /** All as of the latest edit; the same object until the next. Any thread. */
  public List<PeerReading> roster() {
    return roster;
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
