package io.taltun.dataplane.path;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.Response;
import io.taltun.crypto.wire.TransportData;
import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.packet.Coalescer;
import io.taltun.dataplane.packet.Ecn;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.MssLimit;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.MessageSocket;
import io.taltun.dataplane.udp.ReceiveBatch;

/**
 * UDP to TUN: length, type, index, expiry, open, replay, endpoint, timers, inner source, access
 * rules, coalesce; in that order, so that nothing unauthenticated changes a state. Owned by one
 * worker.
 */
public final class InboundPath implements AutoCloseable {
  private static final int MIN_TRANSPORT = TransportData.HEADER_LENGTH + TransportData.TAG_LENGTH;

  private final int worker;
  private final ForwardingTables tables;
  private final ReceiveBatch batch;
  private final PlaintextBuffer plaintexts = new PlaintextBuffer();
  private final Coalescer coalescer;
  private final OutboundPath outbound;
  private final ControlRing control;
  private final Counters counters;

  /**
   * @param worker number of the owning worker
   * @param coalescer writes to the TUN queue
   * @param batch closed by whoever made it
   * @param outbound of the same worker; takes relayed packets
   */
  public InboundPath(
      int worker,
      Coalescer coalescer,
      ForwardingTables tables,
      ReceiveBatch batch,
      OutboundPath outbound,
      ControlRing control,
      Counters counters) {
    this.worker = worker;
    this.coalescer = coalescer;
    this.tables = tables;
    this.batch = batch;
    this.outbound = outbound;
    this.control = control;
    this.counters = counters;
  }

  /**
   * Takes up to one batch from a socket.
   *
   * @return whether more may wait there
   */
  public boolean poll(MessageSocket socket, long nowNs) {
    int received = batch.receive(socket);
    if (received <= 0) {
      countFailure(-received);
      return false;
    }
    counters.increment(Counter.UDP_RECEIVE_CALLS);
    counters.add(Counter.UDP_RECEIVED_MESSAGES, received);
    int datagrams = 0;
    long bytes = 0;
    for (int i = 0; i < received; i++) {
      if (batch.truncated(i)) {
        counters.drop(DropReason.TRUNCATED);
      } else {
        datagrams += cut(i, nowNs);
        bytes += batch.length(i);
      }
    }
    counters.add(Counter.UDP_RECEIVED_DATAGRAMS, datagrams);
    counters.add(Counter.UDP_RECEIVED_BYTES, bytes);
    counters.batch(Batch.UDP_RECEIVE, datagrams);
    countOverflows(socket, batch.overflows());
    writeOut();
    outbound.flush();
    return batch.more();
  }

  /** It is of one call only: what waits keeps the socket readable, and is taken by the next. */
  private void countFailure(int errno) {
    if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
      counters.increment(Counter.UDP_RECEIVE_ERRORS);
    }
  }

  private void countOverflows(MessageSocket socket, int total) {
    if (total != 0) {
      counters.drop(DropReason.RECEIVE_BUFFER_FULL, socket.newOverflows(total));
    }
  }

  /** A message is one datagram, or many that the kernel joined; says how many. */
  private int cut(int message, long nowNs) {
    long at = batch.message(message);
    long arrival = batch.arrival(message);
    int left = batch.length(message);
    int segment = batch.segmentSize(message);
    int datagrams = 0;
    do {
      int length = Math.min(segment, left);
      accept(at, length, arrival, nowNs);
      at += length;
      left -= length;
      datagrams++;
    } while (left > 0);
    return datagrams;
  }

  /**
   * One datagram.
   *
   * @param datagram {@code length} bytes, a cipher's room before them
   * @param arrival address of how it came, an {@link Arrival}
   */
  void accept(long datagram, int length, long arrival, long nowNs) {
    if (length < Integer.BYTES) {
      counters.drop(DropReason.TOO_SHORT);
      return;
    }
    // The type and its three zero bytes are one little-endian word.
    int type = NativeMemory.getIntLe(datagram);
    if (type == MessageType.TRANSPORT_DATA) {
      acceptTransport(datagram, length, arrival, nowNs);
    } else {
      acceptOther(type, datagram, length, arrival);
    }
  }

  private void acceptOther(int type, long datagram, int length, long arrival) {
    switch (type) {
      case MessageType.INITIATION -> passHandshake(datagram, length, Initiation.LENGTH, arrival);
      case MessageType.RESPONSE -> passHandshake(datagram, length, Response.LENGTH, arrival);
      case MessageType.COOKIE_REPLY -> passHandshake(datagram, length, CookieReply.LENGTH, arrival);
      case MessageType.PATH_PROBE -> counters.increment(Counter.PATH_PROBES);
      default -> counters.drop(DropReason.UNKNOWN_TYPE);
    }
  }

  private void passHandshake(long message, int length, int expected, long arrival) {
    if (length != expected) {
      counters.drop(DropReason.BAD_LENGTH);
    } else if (control.offer(ControlRing.HANDSHAKE_MESSAGE, 0, arrival, message, length)) {
      counters.increment(Counter.HANDSHAKE_MESSAGES);
    } else {
      counters.drop(DropReason.HANDSHAKE_QUEUE_FULL);
    }
  }

  private void acceptTransport(long message, int length, long arrival, long nowNs) {
    if (length < MIN_TRANSPORT) {
      counters.drop(DropReason.TOO_SHORT);
      return;
    }
    Session session =
        tables.sessions().get(NativeMemory.getIntLe(message + TransportData.RECEIVER_INDEX));
    if (session == null) {
      counters.drop(DropReason.UNKNOWN_INDEX);
      return;
    }
    long counter = NativeMemory.getLongLe(message + TransportData.COUNTER);
    if (!session.acceptsAt(nowNs)
        || Long.compareUnsigned(counter, ReplayWindow.REJECT_AFTER_MESSAGES) >= 0) {
      counters.drop(DropReason.EXPIRED_SESSION);
      return;
    }
    // A copy of what came before is not worth a cipher; the word of the window itself comes after.
    if (session.replayWindow().surelyRefuses(counter)) {
      counters.drop(DropReason.REPLAYED);
      return;
    }
    if (plaintexts.isFull()) {
      writeOut();
    }
    long packet = plaintexts.next();
    int sealed = length - TransportData.HEADER_LENGTH;
    if (!session
        .opener(worker)
        .open(counter, message + TransportData.HEADER_LENGTH, sealed, packet)) {
      counters.drop(DropReason.NOT_AUTHENTIC);
      return;
    }
    if (!session.replayWindow().accept(counter)) {
      counters.drop(DropReason.REPLAYED);
      return;
    }
    acceptAuthentic(session, packet, length, arrival, nowNs);
  }

  private void acceptAuthentic(Session session, long packet, int length, long arrival, long nowNs) {
    Peer peer = session.peer();
    confirm(peer, session);
    followEndpoint(peer, arrival);
    int padded = length - MIN_TRANSPORT;
    peer.lane(worker).received(length, padded > 0, nowNs);
    if (padded == 0) {
      counters.increment(Counter.KEEPALIVES_RECEIVED);
      return;
    }
    deliver(peer, packet, padded, Arrival.trafficClass(arrival), nowNs);
  }

  private void confirm(Peer peer, Session session) {
    if (peer.keypairs().next() != session) {
      return;
    }
    session.confirm();
    if (session.reportConfirmation()
        && !control.offer(ControlRing.SESSION_CONFIRMED, session.localIndex(), 0, 0, 0)) {
      session.forgetConfirmation();
    }
  }

  private void followEndpoint(Peer peer, long arrival) {
    Endpoint endpoint = peer.endpoint();
    if ((endpoint == null || !Arrival.matches(endpoint, arrival))
        && peer.reportMove()
        && !control.offer(ControlRing.ENDPOINT_MOVED, peer.slot(), arrival, 0, 0)) {
      peer.clearMove();
    }
  }

  private void deliver(Peer peer, long packet, int padded, int trafficClass, long nowNs) {
    int length = Ip.validate(packet, padded);
    if (length < 0) {
      counters.drop(DropReason.MALFORMED_INNER);
      return;
    }
    // The longest prefix decides, not the sender's own list (trap 1).
    if (InnerPacket.ownerOfSource(tables.allowedIps(), packet) != peer) {
      counters.drop(DropReason.WRONG_INNER_SOURCE);
      return;
    }
    AccessPolicy access = peer.access();
    if (access != null && !access.admits(packet, length, nowNs)) {
      deny(peer, access, packet, length);
      return;
    }
    MssLimit limit = tables.mssLimit();
    if (limit != null && limit.apply(packet, length)) {
      counters.increment(Counter.MSS_CLAMPED);
    }
    if (trafficClass != 0 && Ecn.decapsulate(packet, trafficClass)) {
      counters.increment(Counter.CONGESTION_MARKS);
    }
    if (tables.relay() && relay(peer, packet, length, nowNs)) {
      return;
    }
    plaintexts.keep(padded);
    coalescer.add(packet, length);
  }

  private void deny(Peer peer, AccessPolicy access, long packet, int length) {
    counters.drop(DropReason.ACCESS_DENIED);
    peer.lane(worker).denied();
    if (access.log() && peer.reportDenial() && !control.offerDenied(peer.slot(), packet, length)) {
      peer.clearDenial();
    }
  }

  /**
   * Seals a packet for another peer without passing the TUN device.
   *
   * @return false when it is not for another peer, or its time to live is over: then the kernel is
   *     the one to forward it or to answer
   */
  private boolean relay(Peer from, long packet, int length, long nowNs) {
    Peer to = InnerPacket.ownerOfDestination(tables.relayTargets(), packet);
    if (to == null
        || to == from
        || to == ForwardingTables.HERE
        || !InnerPacket.decrementTimeToLive(packet)) {
      return false;
    }
    outbound.relay(to, packet, length, nowNs);
    counters.increment(Counter.RELAYED_PACKETS);
    return true;
  }

  private void writeOut() {
    coalescer.flush();
    plaintexts.clear();
  }

  /** After the worker ended. */
  @Override
  public void close() {
    plaintexts.close();
  }
}
