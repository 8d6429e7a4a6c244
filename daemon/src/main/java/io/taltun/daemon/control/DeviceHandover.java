package io.taltun.daemon.control;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.daemon.control.DeviceTransfer.PeerPart;
import io.taltun.daemon.control.DeviceTransfer.SessionPart;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.PeerTransfer;
import io.taltun.daemon.peer.SessionLife;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the peers out of one process and puts them into the next, while no worker runs. Control
 * thread only.
 */
final class DeviceHandover {
  private final WorkerGroup workers;
  private final PeerTable peers;
  private final DeviceProtocol protocol;
  private final Aead aead;

  DeviceHandover(WorkerGroup workers, PeerTable peers, DeviceProtocol protocol, Aead aead) {
    this.workers = workers;
    this.peers = peers;
    this.protocol = protocol;
    this.aead = aead;
  }

  List<PeerPart> parts() {
    return peers.entries().stream().map(entry -> part(entry, true)).toList();
  }

  /** One peer's, as far as it can be told while the workers run; none when there is no peer. */
  List<PeerPart> rehearsal() {
    return peers.entries().stream().limit(1).map(entry -> part(entry, false)).toList();
  }

  /** Loads and compiles what {@link #adopt} needs of sessions, on one that never was. */
  void rehearseAdoption() {
    byte[] keys = new byte[TransportKeys.BYTES];
    TransportKeys made = TransportKeys.ofBytes(1, 2, true, keys);
    Session session = new Session(new Peer(0, workers.size()), made, aead, 0, 0, workers.size());
    session.restore(session.transfer());
    session.sealer(0).close();
    session.opener(0).close();
    session.eraseKeys();
  }

  private PeerPart part(PeerEntry entry, boolean standing) {
    Peer peer = entry.peer();
    List<List<byte[]>> waiting = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      waiting.add(standing ? workers.waiting(i, peer) : List.of());
    }
    List<long[]> lanes = new ArrayList<>();
    for (int i = 0; i < peer.laneCount(); i++) {
      lanes.add(peer.lane(i).copy());
    }
    PeerTransfer transfer = protocol.transfer(entry.protocol());
    return new PeerPart(
        entry.publicKey(),
        protocol.presharedKey(entry.protocol()).copyBytes(),
        entry.configuredEndpointText(),
        entry.protocol().endpoint(),
        entry.lastHandshakeEpochNs(),
        entry.presence.copy(),
        transfer,
        transfer.lives().stream().map(life -> part((Session) life.attachment())).toList(),
        lanes,
        waiting);
  }

  private static SessionPart part(Session session) {
    return new SessionPart(session.copyKeys(), session.transfer());
  }

  /**
   * Goes on with those peers that are still peers, with the same preshared key.
   *
   * @return the peers that go on
   */
  Map<PeerProtocol, PeerEntry> adopt(List<PeerPart> parts) {
    Map<PeerProtocol, PeerEntry> adopted = new LinkedHashMap<>();
    for (PeerPart part : parts) {
      PeerEntry entry = peers.byKey(part.publicKey());
      if (entry != null && sameKey(entry, part)) {
        adopt(entry, part);
        adopted.put(entry.protocol(), entry);
      }
    }
    return adopted;
  }

  private boolean sameKey(PeerEntry entry, PeerPart part) {
    try (PresharedKey theirs = PresharedKey.of(part.presharedKey())) {
      PresharedKey ours = protocol.presharedKey(entry.protocol());
      return ours.isNone() ? theirs.isNone() : ours.equals(theirs);
    }
  }

  private void adopt(PeerEntry entry, PeerPart part) {
    Peer peer = entry.peer();
    for (int i = 0; i < peer.laneCount(); i++) {
      peer.lane(i).restore(part.lanes().get(i));
    }
    Endpoint endpoint =
        part.endpoint() != null && part.configured().equals(entry.configuredEndpointText())
            ? part.endpoint()
            : entry.protocol().endpoint();
    peer.setEndpoint(endpoint);
    // What the sampler will tell next is what the other process's would have told.
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < part.sessions().size(); i++) {
      sessions.add(session(peer, part.protocol().lives().get(i), part.sessions().get(i)));
    }
    Session current = null;
    for (int i = 0; i < sessions.size(); i++) {
      if (part.protocol().lives().get(i).slot() == PeerTransfer.Slot.CURRENT) {
        current = sessions.get(i);
      }
    }
    List<SessionLife> lives =
        protocol.adopt(
            entry.protocol(), part.protocol(), TrafficSampler.sampleOf(peer, current), endpoint);
    for (int i = 0; i < lives.size(); i++) {
      lives.get(i).attachment = sessions.get(i);
      peers.sessions().put(lives.get(i).localIndex(), sessions.get(i));
    }
    entry.setState(part.protocol().state());
    entry.setLastHandshakeEpochNs(part.lastHandshakeEpochNs());
    entry.presence.restore(part.presence());
    peer.setKeypairs(
        new Keypairs(
            current, session(entry.protocol().previous()), session(entry.protocol().next())));
    for (int i = 0; i < part.waiting().size(); i++) {
      for (byte[] packet : part.waiting().get(i)) {
        workers.restoreWaiting(i, peer, packet);
      }
    }
  }

  private static Session session(SessionLife life) {
    return life == null ? null : (Session) life.attachment;
  }

  private Session session(Peer peer, PeerTransfer.Life life, SessionPart part) {
    Session session =
        new Session(
            peer,
            TransportKeys.ofBytes(
                life.localIndex(), life.remoteIndex(), life.initiator(), part.keys()),
            aead,
            life.sendUntilNs(),
            SessionLife.receiveUntilNs(life.createdNs()),
            workers.size());
    session.restore(part.state());
    return session;
  }

  /**
   * What the other process may have promised its workers and not lived to see: packets that wait
   * are sent, and a session of ours that sent nothing yet is confirmed to its responder.
   */
  void goOn(Iterable<PeerEntry> adopted) {
    for (PeerEntry entry : adopted) {
      Session current = entry.peer().keypairs().current();
      if (current != null) {
        workers.postAll(new WorkerCommand.SendWaiting(entry.peer()));
        if (current.initiator() && current.sendCounter() == 0) {
          workers.post(0, new WorkerCommand.SendKeepalive(entry.peer()));
        }
      }
    }
  }

  /** Erases the keys of all sessions: another process has them. */
  void eraseKeys() {
    for (PeerEntry entry : peers.entries()) {
      for (PeerTransfer.Life life : protocol.transfer(entry.protocol()).lives()) {
        ((Session) life.attachment()).eraseKeys();
      }
    }
  }
}
