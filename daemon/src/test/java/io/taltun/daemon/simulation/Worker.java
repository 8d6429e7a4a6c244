package io.taltun.daemon.simulation;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.crypto.wire.TransportData;
import io.taltun.daemon.simulation.Tally.Event;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.udp.Endpoint;
import java.lang.foreign.Arena;

/**
 * A device's packet path without its edges: the order of the steps is that of OutboundPath and
 * InboundPath, and sessions, windows, lanes and waiting packets are the real ones.
 *
 * <p>A packet is {@value #PACKET} bytes: who sent it, to whom, and its number between these two.
 */
final class Worker implements AutoCloseable {
  static final int PACKET = 32;

  private static final int MOST_BYTES = 512;
  private static final long MAGIC = 0x74616c74756e3235L;

  private final Host host;
  private final World world;
  private final Arena arena = Arena.ofShared();
  private final long plain = room();
  private final long sealed = room();
  private final WaitingPackets waiting = new WaitingPackets(0, PACKET);
  private int sealedPackets;

  Worker(Host host) {
    this.host = host;
    this.world = host.world;
  }

  private long room() {
    long bytes = TransportCipher.HEADROOM + MOST_BYTES + TransportCipher.TAILROOM;
    return arena.allocate(bytes, 64).address() + TransportCipher.HEADROOM;
  }

  // Outbound.

  /** A packet from the TUN device. */
  void send(Remote to, long number) {
    Peer peer = to.peer;
    if (peer.endpoint() == null) {
      world.ledger.excuse(host.number, to.other.number);
      return;
    }
    NativeMemory.putLong(plain, MAGIC);
    NativeMemory.putInt(plain + 8, host.number);
    NativeMemory.putInt(plain + 12, to.other.number);
    NativeMemory.putLong(plain + 16, number);
    NativeMemory.putLong(plain + 24, ~number);
    Session session = peer.keypairs().sending();
    if (session == null || !session.usable(host.bootNs())) {
      hold(to);
      host.wantHandshake(to);
    } else if (!isNext(to) || !seal(to, session, plain, PACKET)) {
      hold(to);
    }
  }

  private boolean isNext(Remote to) {
    if (!waiting.isEmpty(to.peer)) {
      sendWaiting(to);
    }
    return waiting.isEmpty(to.peer);
  }

  private void hold(Remote to) {
    if (waiting.add(to.peer, plain, PACKET) > 0) {
      world.ledger.excuse(host.number, to.other.number);
    }
  }

  boolean holds(Remote remote) {
    return !waiting.isEmpty(remote.peer);
  }

  private boolean seal(Remote to, Session session, long packet, int length) {
    if (world.flaw == Flaw.COUNTER_GOES_BACK && ++sealedPackets % 50 == 0) {
      Seeding.setSendCounter(session, Math.max(0, session.sendCounter() - 1));
    }
    long counter = session.takeCounters(1);
    if (counter == Session.NO_COUNTER) {
      host.wantHandshake(to);
      return false;
    }
    host.record(session).onSealed(world.schedule.nowNs());
    session.sealer(0).seal(counter, packet, length, sealed);
    byte[] message = new byte[TransportData.OVERHEAD + length];
    TransportData.putHeader(message, session.remoteIndex(), counter);
    NativeMemory.copy(sealed, message, TransportData.PACKET, length + TransportData.TAG_LENGTH);
    boolean data = length > 0;
    if (data) {
      to.timers.onDataSent(host.bootNs());
      world.tally.count(Event.DATA_SENT);
    } else {
      to.timers.onKeepalive(host.bootNs());
      world.tally.count(Event.KEEPALIVES);
    }
    to.lane().sent(1, message.length, data, host.bootNs());
    host.sampleSoon(to);
    Endpoint endpoint = to.peer.endpoint();
    world.network.send(host, to.other.number, endpoint, message);
    return true;
  }

  /** A command of the control thread. */
  void sendWaiting(Remote to) {
    Session session = to.peer.keypairs().sending();
    if (session == null || to.peer.endpoint() == null || !session.usable(host.bootNs())) {
      return;
    }
    if (world.flaw == Flaw.WAITING_FORGOTTEN) {
      waiting.removeAll(to.peer);
    }
    while (!waiting.isEmpty(to.peer) && session.usable(host.bootNs())) {
      long packet = waiting.first(to.peer);
      if (!seal(to, session, packet, waiting.firstLength(to.peer))) {
        break;
      }
      if (world.flaw == Flaw.WAITING_SENT_TWICE) {
        seal(to, session, packet, waiting.firstLength(to.peer));
      }
      waiting.removeFirst(to.peer);
    }
    if (!waiting.isEmpty(to.peer)) {
      host.wantHandshake(to);
    }
  }

  /** A command of the control thread. */
  void sendKeepalive(Remote to) {
    Session session = to.peer.keypairs().sending();
    if (session != null && to.peer.endpoint() != null && session.usable(host.bootNs())) {
      seal(to, session, plain, 0);
    }
  }

  /** A command of the control thread. */
  int dropWaiting(Remote to) {
    return waiting.removeAll(to.peer);
  }

  // Inbound.

  void receive(Datagram datagram) {
    byte[] message = datagram.bytes();
    int length = message.length - TransportData.HEADER_LENGTH;
    Session session = host.session(TransportData.receiverIndex(message));
    if (session == null) {
      world.tally.count(Event.UNKNOWN_INDEX);
      return;
    }
    if (world.flaw == Flaw.ROAMS_UNPROVEN) {
      followEndpoint(host.record(session).remote, datagram, false);
    }
    long counter = TransportData.counter(message);
    if (!session.acceptsAt(host.bootNs())
        || Long.compareUnsigned(counter, ReplayWindow.REJECT_AFTER_MESSAGES) >= 0) {
      world.tally.count(Event.EXPIRED);
      excuseOldSession(session, datagram);
      return;
    }
    NativeMemory.copy(message, TransportData.PACKET, sealed, length);
    if (!session.opener(0).open(counter, sealed, length, plain)
        && world.flaw != Flaw.FORGERIES_ACCEPTED) {
      world.tally.count(Event.NOT_AUTHENTIC);
      return;
    }
    if (!session.replayWindow().accept(counter) && world.flaw != Flaw.REPLAYS_ACCEPTED) {
      world.tally.count(Event.REPLAYS_REFUSED);
      return;
    }
    acceptAuthentic(session, counter, datagram, length - TransportData.TAG_LENGTH);
  }

  /**
   * Both sides count a session's age from their own part of the handshake. Where that took less
   * time than a packet takes now, the last packets come too late.
   */
  private void excuseOldSession(Session session, Datagram datagram) {
    if (datagram.genuine() && host.record(session).createdNs < world.calmSinceNs) {
      world.ledger.excuse(datagram.message().sender, host.number);
    }
  }

  private void acceptAuthentic(Session session, long counter, Datagram datagram, int length) {
    SessionRecord record = host.record(session);
    Remote remote = record.remote;
    record.onAccepted(counter, datagram, world.schedule.nowNs());
    if (remote.peer.keypairs().next() == session) {
      session.confirm();
      if (session.reportConfirmation()) {
        host.reportConfirmation(session.localIndex());
      }
    }
    if (world.flaw != Flaw.ROAMS_ON_HANDSHAKES_ONLY) {
      followEndpoint(remote, datagram, true);
    }
    boolean data = length > 0;
    boolean counted = data || world.flaw == Flaw.KEEPALIVES_ANSWERED;
    remote.lane().received(datagram.bytes().length, counted, host.bootNs());
    remote.timers.onReceived(data, host.bootNs());
    host.sampleSoon(remote);
    if (data) {
      deliver(remote, length);
    }
  }

  private void followEndpoint(Remote remote, Datagram datagram, boolean authentic) {
    Endpoint endpoint = remote.peer.endpoint();
    if (!datagram.from().equals(endpoint) && remote.peer.reportMove()) {
      host.reportMove(remote, datagram, authentic);
    }
  }

  private void deliver(Remote remote, int length) {
    long number = NativeMemory.getLong(plain + 16);
    if (length != PACKET
        || NativeMemory.getLong(plain) != MAGIC
        || NativeMemory.getLong(plain + 24) != ~number
        || NativeMemory.getInt(plain + 8) != remote.other.number
        || NativeMemory.getInt(plain + 12) != host.number) {
      throw new Violation("delivered what nobody sent, as from " + remote);
    }
    world.tally.count(Event.DATA_DELIVERED);
    world.ledger.deliver(remote.other.number, host.number, number);
  }

  @Override
  public void close() {
    waiting.close();
    arena.close();
  }
}
