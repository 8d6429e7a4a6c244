package io.taltun.daemon.control;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.wire.MessageType;
import io.taltun.daemon.log.Facts;
import io.taltun.daemon.peer.Actions;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.SessionLife;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.worker.WorkerGroup;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Turns what the protocol decides into sessions, snapshots and commands. Control thread only. */
final class DataplaneActions implements Actions {
  private static final Logger LOG = LoggerFactory.getLogger("peer");

  private final WorkerGroup workers;
  private final PeerTable peers;
  private final HandshakeSender sender;
  private final Aead aead;
  private final Clocks clocks;
  private final ControlCounters counters;
  private final Tai64n timestamps;
  private final PeerMemory memory;
  private final PeerWatchers watchers;

  DataplaneActions(
      WorkerGroup workers,
      PeerTable peers,
      HandshakeSender sender,
      Aead aead,
      Clocks clocks,
      ControlCounters counters,
      Tai64n timestamps,
      PeerMemory memory,
      PeerWatchers watchers) {
    this.workers = workers;
    this.peers = peers;
    this.sender = sender;
    this.aead = aead;
    this.clocks = clocks;
    this.counters = counters;
    this.timestamps = timestamps;
    this.memory = memory;
    this.watchers = watchers;
  }

  @Override
  public void sendHandshake(PeerProtocol peer, byte[] message, int length, Endpoint to) {
    int type = MessageType.of(message, length);
    counters.sent(type);
    if (type == MessageType.INITIATION) {
      long nowNs = clocks.boot().nowNs();
      entry(peer).initiationSent(nowNs);
      entry(peer).handshakes.onInitiationSent(nowNs);
      memory.sent(timestamps.last());
    }
    sender.send(peer == null ? null : entry(peer).peer(), message, length, to);
  }

  @Override
  public void sendKeepalive(PeerProtocol peer) {
    Peer to = entry(peer).peer();
    workers.post(to.slot() % workers.size(), new WorkerCommand.SendKeepalive(to));
  }

  @Override
  public void sessionCreated(PeerProtocol peer, SessionLife life, TransportKeys keys) {
    Session session =
        new Session(
            entry(peer).peer(),
            keys,
            aead,
            life.sendUntilNs(),
            life.receiveUntilNs(),
            workers.size());
    life.attachment = session;
    if (life.initiator()) {
      counters.add(ControlCounter.SESSIONS_INITIATED, 1);
      counters.roundTrip(entry(peer).initiationAnswered(clocks.boot().nowNs()));
    } else {
      counters.add(ControlCounter.SESSIONS_ANSWERED, 1);
    }
    peers.sessions().put(life.localIndex(), session);
  }

  @Override
  public void keypairsChanged(
      PeerProtocol peer, SessionLife current, SessionLife previous, SessionLife next) {
    PeerEntry entry = entry(peer);
    Session before = entry.peer().keypairs().current();
    Session now = session(current);
    entry.peer().setKeypairs(new Keypairs(now, session(previous), session(next)));
    if (now != null && now != before) {
      if (before != null) {
        counters.add(ControlCounter.SESSIONS_RENEWED, 1);
      }
      Instant wall = clocks.wall().instant();
      entry.setLastHandshakeEpochNs(wall.getEpochSecond() * 1_000_000_000L + wall.getNano());
      workers.postAll(new WorkerCommand.SendWaiting(entry.peer()));
      entry.handshakes.onSession(current, clocks.boot().nowNs());
      watchers.events().onSession(entry);
    }
  }

  @Override
  public void sessionRetired(PeerProtocol peer, SessionLife life) {
    Session session = session(life);
    // Out of the index first: no worker finds it in a batch that begins after the command.
    peers.sessions().remove(life.localIndex());
    workers.postAll(new WorkerCommand.ReleaseSession(session));
  }

  @Override
  public void waitingDropped(PeerProtocol peer) {
    workers.postAll(new WorkerCommand.DropWaiting(entry(peer).peer()));
  }

  @Override
  public void unanswered(PeerProtocol peer, long nowNs) {
    counters.add(ControlCounter.INITIATIONS_UNANSWERED, 1);
    watchers.names().onUnanswered(entry(peer), nowNs);
  }

  @Override
  public void endpointChanged(PeerProtocol peer, Endpoint endpoint) {
    PeerEntry entry = entry(peer);
    entry.peer().setEndpoint(endpoint);
    memory.learned(entry.publicKey(), endpoint, entry.configuredEndpointText());
  }

  @Override
  public void initiationAnswered(PeerProtocol peer, byte[] timestamp) {
    memory.answered(peer.publicKey(), timestamp);
  }

  @Override
  public void stateChanged(PeerProtocol peer, PeerState state) {
    PeerEntry entry = entry(peer);
    entry.setState(state);
    if (state == PeerState.OFFLINE) {
      Facts.of("peer-unanswered")
          .with("peer", entry.name())
          .with("public_key", entry.publicKey().toBase64())
          .with("endpoint", peer.endpoint() == null ? null : peer.endpoint().toString())
          .log(
              LOG,
              Level.INFO,
              "peer {} does not answer at {}; it is tried again",
              entry.name(),
              peer.endpoint());
    } else {
      LOG.debug("peer {} is {}", entry.name(), state);
    }
  }

  @Override
  public void dropped(HandshakeDrop reason) {
    counters.drop(reason);
  }

  private static PeerEntry entry(PeerProtocol peer) {
    return (PeerEntry) peer.attachment();
  }

  private static Session session(SessionLife life) {
    return life == null ? null : (Session) life.attachment;
  }
}
