package io.taltun.daemon.simulation;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.MessageType;
import io.taltun.daemon.peer.Actions;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.daemon.peer.IndexSource;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.SessionLife;
import io.taltun.daemon.simulation.SessionRecord.Beginning;
import io.taltun.daemon.simulation.Tally.Event;
import io.taltun.dataplane.route.SessionIndex;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Endpoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;

/** What one device's protocol asks for, done as DataplaneActions does it, and watched. */
final class HostActions implements Actions, IndexSource {
  /** Three sessions, two that linger and one that is pending, for each of four peers. */
  private static final int MOST_INDICES = 24;

  private static final long TOO_LONG_NS = 30_000_000_000L;

  private final Host host;
  private final World world;
  private final SplittableRandom random;
  private final SessionIndex<Session> sessions = new SessionIndex<>(MOST_INDICES);
  private final Map<Integer, SessionRecord> records = new HashMap<>();
  private final Set<Integer> indices = new HashSet<>();

  /** Initiations by their index. */
  private final Map<Integer, Beginning> initiations = new HashMap<>();

  // What the protocol is busy with.
  private boolean configuring;
  private boolean moveProven;
  private Datagram processing;
  private Remote made;
  private boolean refused;

  HostActions(Host host, SplittableRandom random) {
    this.host = host;
    this.world = host.world;
    this.random = random;
  }

  SessionIndex<Session> sessions() {
    return sessions;
  }

  SessionRecord record(int localIndex) {
    return records.get(localIndex);
  }

  /** Runs something that a datagram, or null for an administrator, is the cause of. */
  void during(Datagram datagram, Runnable action) {
    processing = datagram;
    configuring = datagram == null;
    moveProven = false;
    made = null;
    refused = false;
    action.run();
    if (datagram != null && datagram.type() == MessageType.COOKIE_REPLY && !refused) {
      host.remotes[datagram.message().sender].timers.onCookie(host.bootNs());
    }
    if (made != null && !datagram.from().equals(made.peer.endpoint())) {
      throw new Violation("%s is not where %s was from".formatted(made, datagram));
    }
    processing = null;
    configuring = false;
  }

  /** Runs a worker's report of a move. */
  void duringMove(Datagram datagram, boolean proven, Runnable action) {
    processing = datagram;
    configuring = false;
    moveProven = proven;
    action.run();
    processing = null;
    moveProven = false;
  }

  /** No session, no index, no cipher. */
  void requireEmpty() {
    if (!indices.isEmpty() || sessions.size() != 0 || !records.isEmpty()) {
      throw new Violation(
          "device %d keeps %d indices, %d places of the session index, %d sessions"
              .formatted(host.number, indices.size(), sessions.size(), records.size()));
    }
    if (world.nonces.openCiphers(host.number) != 0) {
      throw new Violation("device %d keeps keys".formatted(host.number));
    }
  }

  @Override
  public int allocate() {
    OptionalInt index = sessions.allocate(random);
    if (index.isPresent() && index.getAsInt() == NONE) {
      sessions.remove(NONE);
      index = sessions.allocate(random);
    }
    if (index.isEmpty()) {
      throw new Violation("device %d holds %d indices".formatted(host.number, indices.size()));
    }
    indices.add(index.getAsInt());
    return index.getAsInt();
  }

  @Override
  public void release(int index) {
    if (!indices.remove(index)) {
      throw new Violation("an index is released twice by device " + host.number);
    }
    initiations.remove(index);
    if (world.flaw != Flaw.SESSIONS_NEVER_REMOVED) {
      sessions.remove(index);
    }
  }

  @Override
  public void sendHandshake(PeerProtocol peer, byte[] message, int length, Endpoint to) {
    long nowNs = host.bootNs();
    switch (MessageType.of(message, length)) {
      case MessageType.INITIATION -> {
        Remote remote = remote(peer);
        world.tally.count(Event.INITIATIONS);
        remote.initiations++;
        remote.timers.onInitiation(nowNs);
        initiations.put(Initiation.senderIndex(message), Beginning.now(remote));
      }
      case MessageType.RESPONSE -> remote(peer).timers.onResponseSent(nowNs);
      case MessageType.COOKIE_REPLY -> {
        world.tally.count(Event.COOKIE_REPLIES);
        if (world.flaw == Flaw.NO_COOKIE_REPLIES) {
          return;
        }
      }
      default -> throw new Violation("device %d sends garbage".formatted(host.number));
    }
    if (!host.linkUp()) {
      throw new Violation("device %d sends while its link is down".formatted(host.number));
    }
    int addressee = Message.NOBODY;
    if (peer != null) {
      remote(peer).peer.controlLane().sentHandshake(length);
      addressee = remote(peer).other.number;
    }
    world.network.send(host, addressee, to, message);
  }

  @Override
  public void sendKeepalive(PeerProtocol peer) {
    host.worker().sendKeepalive(remote(peer));
  }

  @Override
  public void sessionCreated(PeerProtocol peer, SessionLife life, TransportKeys keys) {
    Remote remote = remote(peer);
    requireNews(remote, life);
    made = remote;
    long sendMoreNs = world.flaw == Flaw.SENDS_TOO_LONG ? TOO_LONG_NS : 0;
    long receiveMoreNs = world.flaw == Flaw.RECEIVES_TOO_LONG ? TOO_LONG_NS : 0;
    Session session =
        new Session(
            remote.peer,
            keys,
            host.primitives().aead(),
            life.sendUntilNs() + sendMoreNs,
            life.receiveUntilNs() + receiveMoreNs,
            1);
    Beginning beginning =
        life.initiator() ? initiations.get(life.localIndex()) : Beginning.now(remote);
    if (beginning.outdated()) {
      throw new Violation("a session with keys from before a change, with " + remote);
    }
    life.attachment = new SessionRecord(session, life, remote, beginning);
    records.put(life.localIndex(), (SessionRecord) life.attachment);
    if (!sessions.put(life.localIndex(), session)) {
      throw new Violation("an index has two sessions on device " + host.number);
    }
    world.tally.count(Event.SESSIONS);
    world.trace.add(host.number, () -> "makes " + life + " with " + remote);
    remote.timers.onHandshakeReceived(host.bootNs());
    long counter = world.firstCounter();
    if (counter != 0) {
      Seeding.setSendCounter(session, counter);
    }
  }

  /** Of each handshake message there is one session at most, and only of the peer's own. */
  private void requireNews(Remote remote, SessionLife life) {
    if (processing == null
        || !processing.genuine()
        || processing.message().sender != remote.other.number) {
      throw new Violation("a session with %s from %s".formatted(remote, processing));
    }
    boolean initiation = processing.type() == MessageType.INITIATION;
    if (initiation == life.initiator()) {
      throw new Violation("a session with %s from %s".formatted(remote, processing));
    }
    if (initiation && !remote.answered.add(processing.message())) {
      throw new Violation("answered twice: " + processing);
    }
  }

  @Override
  public void keypairsChanged(
      PeerProtocol peer, SessionLife current, SessionLife previous, SessionLife next) {
    Remote remote = remote(peer);
    remote.timers.onCurrent(current, host.bootNs());
    Session before = remote.peer.keypairs().current();
    Session now = session(current);
    if (world.flaw == Flaw.ERASED_SESSIONS_USED && current == null && next == null) {
      return;
    }
    remote.peer.setKeypairs(new Keypairs(now, session(previous), session(next)));
    if (now != null && now != before) {
      host.worker().sendWaiting(remote);
    }
  }

  @Override
  public void sessionRetired(PeerProtocol peer, SessionLife life) {
    world.trace.add(host.number, () -> "retires " + life + " with " + remote(peer));
    boolean erased = world.flaw == Flaw.ERASED_SESSIONS_USED && peer.current() == null;
    if (world.flaw != Flaw.SESSIONS_NEVER_REMOVED && !erased) {
      sessions.remove(life.localIndex());
      records.remove(life.localIndex());
    }
    if (world.flaw != Flaw.KEYS_NEVER_ERASED && !erased) {
      session(life).release(0);
    }
  }

  @Override
  public void waitingDropped(PeerProtocol peer) {
    Remote remote = remote(peer);
    int dropped = host.worker().dropWaiting(remote);
    if (dropped > 0 && world.calm) {
      throw new Violation("%d waiting packets given up, to %s".formatted(dropped, remote));
    }
  }

  @Override
  public void endpointChanged(PeerProtocol peer, Endpoint endpoint) {
    Remote remote = remote(peer);
    requireProof(remote, endpoint);
    world.trace.add(host.number, () -> "finds %s at %s".formatted(remote, endpoint));
    remote.peer.setEndpoint(endpoint);
  }

  /**
   * Trap 12: only an authentic message that is news moves the endpoint, and to where it is from.
   */
  private void requireProof(Remote remote, Endpoint endpoint) {
    if (configuring) {
      return;
    }
    boolean proven =
        processing != null
            && processing.genuine()
            && processing.message().sender == remote.other.number
            && endpoint.equals(processing.from())
            && switch (processing.type()) {
              case MessageType.TRANSPORT_DATA -> moveProven;
              case MessageType.INITIATION -> !remote.answered.contains(processing.message());
              case MessageType.RESPONSE -> true;
              default -> false;
            };
    if (!proven) {
      throw new Violation("%s moved to %s by %s".formatted(remote, endpoint, processing));
    }
  }

  @Override
  public void stateChanged(PeerProtocol peer, PeerState state) {
    world.trace.add(host.number, () -> "%s is %s".formatted(remote(peer), state));
  }

  @Override
  public void dropped(HandshakeDrop reason) {
    refused = true;
    world.tally.drop(reason);
    world.trace.add(host.number, () -> "drops: " + reason);
  }

  private static Remote remote(PeerProtocol peer) {
    return (Remote) peer.attachment();
  }

  private static Session session(SessionLife life) {
    return life == null ? null : ((SessionRecord) life.attachment).session;
  }
}
