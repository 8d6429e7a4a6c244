package io.taltun.daemon.control;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.wire.Initiation;
import io.taltun.daemon.log.Facts;
import io.taltun.daemon.peer.Actions;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.SessionLife;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.worker.WorkerGroup;
import java.time.Instant;
import java.time.InstantSource;
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
  private final InstantSource wallClock;
  private final EndpointNames names;
  private final PeerEvents events;
  private final NanoClock clock;
  private final long[] drops = new long[HandshakeDrop.values().length];

  DataplaneActions(
      WorkerGroup workers,
      PeerTable peers,
      HandshakeSender sender,
      Aead aead,
      InstantSource wallClock,
      EndpointNames names,
      PeerEvents events,
      NanoClock clock) {
    this.workers = workers;
    this.peers = peers;
    this.sender = sender;
    this.aead = aead;
    this.wallClock = wallClock;
    this.names = names;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public void sendHandshake(PeerProtocol peer, byte[] message, int length, Endpoint to) {
    if (peer != null && length == Initiation.LENGTH) {
      entry(peer).handshakes.onInitiationSent(clock.nowNs());
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
      Instant wall = wallClock.instant();
      entry.setLastHandshakeEpochNs(wall.getEpochSecond() * 1_000_000_000L + wall.getNano());
      workers.postAll(new WorkerCommand.SendWaiting(entry.peer()));
      entry.handshakes.onSession(current, clock.nowNs());
      events.onSession(entry);
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
    names.onUnanswered(entry(peer), nowNs);
  }

  @Override
  public void endpointChanged(PeerProtocol peer, Endpoint endpoint) {
    entry(peer).peer().setEndpoint(endpoint);
  }

  @Override
  public void stateChanged(PeerProtocol peer, PeerState state) {
    PeerEntry entry = entry(peer);
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
    drops[reason.ordinal()]++;
  }

  /** Handshake messages that went no further. */
  long drops(HandshakeDrop reason) {
    return drops[reason.ordinal()];
  }

  private static PeerEntry entry(PeerProtocol peer) {
    return (PeerEntry) peer.attachment();
  }

  private static Session session(SessionLife life) {
    return life == null ? null : (Session) life.attachment;
  }
}
