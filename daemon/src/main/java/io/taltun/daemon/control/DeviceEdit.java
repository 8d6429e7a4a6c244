package io.taltun.daemon.control;

import io.taltun.config.AccessRules;
import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.PeerSettings;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes of our key and of peers that are gathered first and then made at once by {@link #commit},
 * which cannot fail. The latest word about a setting counts. An edit that was begun has to be
 * committed, and no other begins meanwhile. Control thread.
 *
 * <p>Prefixes are shown to the workers between the coming of new peers and the going of old ones,
 * so that each always belongs to somebody whom packets can be sent to or wait for (trap 2).
 */
public final class DeviceEdit {
  private static final long UNCHANGED = -1;

  private final Control control;
  private final DeviceProtocol protocol;
  private final PeerTable peers;
  private final AllowedIpTable prefixes;

  /** What keys may send from the commit on. */
  private final Map<PublicKey, AccessRules> access = new LinkedHashMap<>();

  /** What is to become of each peer that was spoken of; its entry is null when it goes. */
  private final Map<PublicKey, Draft> drafts = new LinkedHashMap<>();

  private final List<PeerEntry> going = new ArrayList<>();
  private PublicKey ownKey;
  private StaticIdentity identity;
  private boolean changesIdentity;

  private static final class Draft {
    PeerEntry entry;
    PresharedKey presharedKey;
    Endpoint endpoint;
    long persistentKeepaliveNs = UNCHANGED;

    Draft(PeerEntry entry) {
      this.entry = entry;
    }

    boolean isNew() {
      return entry != null && entry.protocol() == null;
    }

    void forgetPresharedKey() {
      if (presharedKey != null) {
        presharedKey.close();
        presharedKey = null;
      }
    }
  }

  DeviceEdit(
      Control control,
      DeviceProtocol protocol,
      PeerTable peers,
      AllowedIpTable prefixes,
      PublicKey ownKey) {
    this.control = control;
    this.protocol = protocol;
    this.peers = peers;
    this.prefixes = prefixes;
    this.ownKey = ownKey;
  }

  /**
   * Another key of our own; a peer that has it goes (trap 25). At most once, before {@link #add}.
   *
   * @param identity null for none; owned by the control side from now on
   */
  public void identity(StaticIdentity identity) {
    this.identity = identity;
    changesIdentity = true;
    ownKey = identity == null ? null : identity.publicKey();
    if (ownKey != null) {
      remove(ownKey);
    }
  }

  /** Whether there is such a peer. */
  public boolean contains(PublicKey key) {
    return draft(key).entry != null;
  }

  /**
   * Makes a peer with nothing set, where there is none of that key.
   *
   * @return false, and nothing done, when the key is our own: the kernel, too, skips that (trap 25)
   */
  public boolean add(PublicKey key) {
    if (key.equals(ownKey)) {
      return false;
    }
    Draft draft = draft(key);
    if (draft.entry == null) {
      draft.entry = peers.create(key);
    }
    return true;
  }

  /** Removes a peer, if it is there. */
  public void remove(PublicKey key) {
    Draft draft = draft(key);
    if (draft.entry != null) {
      prefixes.takeAll(draft.entry);
      if (!draft.isNew()) {
        going.add(draft.entry);
      }
      draft.forgetPresharedKey();
      draft.endpoint = null;
      draft.persistentKeepaliveNs = UNCHANGED;
      draft.entry = null;
    }
  }

  /** Removes all peers. */
  public void removeAll() {
    peers.entries().forEach(entry -> remove(entry.publicKey()));
    List.copyOf(drafts.keySet()).forEach(this::remove);
  }

  /** Sets a key, of which it takes a copy; {@link PresharedKey#isNone none} takes it away. */
  public void presharedKey(PublicKey peer, PresharedKey key) {
    Draft draft = draft(peer);
    draft.forgetPresharedKey();
    draft.presharedKey = key.copy();
  }

  /** Sets where a peer is. */
  public void endpoint(PublicKey peer, Endpoint endpoint) {
    draft(peer).endpoint = endpoint;
  }

  /** Sets an interval; 0 is off. */
  public void persistentKeepalive(PublicKey peer, long intervalNs) {
    draft(peer).persistentKeepaliveNs = intervalNs;
  }

  /** Sets what the peer of a key may send; it stays with the key when the peer goes. */
  public void access(PublicKey peer, AccessRules rules) {
    access.put(peer, rules);
  }

  /** Takes all its prefixes from a peer. */
  public void removePrefixes(PublicKey peer) {
    prefixes.takeAll(draft(peer).entry);
  }

  /** Gives a prefix to a peer, be it another's before. */
  public void addPrefix(PublicKey peer, IpPrefix prefix) {
    prefixes.give(prefix, draft(peer).entry);
  }

  /** Takes a prefix from a peer, if it is that peer's. */
  public void removePrefix(PublicKey peer, IpPrefix prefix) {
    prefixes.take(prefix, draft(peer).entry);
  }

  private Draft draft(PublicKey key) {
    return drafts.computeIfAbsent(key, it -> new Draft(peers.byKey(it)));
  }

  /** Makes the changes. */
  public void commit(long nowNs) {
    access.forEach(peers::restrict);
    for (Draft draft : drafts.values()) {
      if (draft.isNew()) {
        // Before its prefixes are shown: a packet needs to know where to wait for the peer.
        draft.entry.peer().setEndpoint(draft.endpoint);
        peers.restrict(draft.entry);
      }
    }
    if (prefixes.takeChanged()) {
      control.publishPrefixes();
    }
    for (PeerEntry entry : going) {
      peers.remove(entry);
      protocol.removePeer(entry.protocol());
      control.forget(entry, nowNs);
    }
    if (changesIdentity) {
      control.changeIdentity(identity, nowNs);
    }
    drafts.values().forEach(draft -> commit(draft, nowNs));
    peers.show();
  }

  private void commit(Draft draft, long nowNs) {
    PeerEntry entry = draft.entry;
    if (draft.isNew()) {
      peers.put(entry);
      entry.setProtocol(
          protocol.addPeer(
              new PeerSettings(
                  entry.publicKey(),
                  draft.presharedKey == null ? PresharedKey.none() : draft.presharedKey,
                  draft.endpoint,
                  Math.max(0, draft.persistentKeepaliveNs),
                  entry),
              nowNs));
    } else if (entry != null) {
      if (draft.presharedKey != null) {
        protocol.changePresharedKey(entry.protocol(), draft.presharedKey, nowNs);
      }
      if (draft.endpoint != null) {
        entry.setNamedEndpoint(null);
        protocol.changeEndpoint(entry.protocol(), draft.endpoint, nowNs);
      }
      if (draft.persistentKeepaliveNs != UNCHANGED) {
        protocol.changePersistentKeepalive(entry.protocol(), draft.persistentKeepaliveNs, nowNs);
      }
    }
  }
}
