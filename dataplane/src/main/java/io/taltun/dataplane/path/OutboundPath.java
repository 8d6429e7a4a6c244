package io.taltun.dataplane.path;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.TransportData;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.SendBatch;

/**
 * TUN to UDP: read, route, session, pad, seal, send. A packet is read straight into the datagram
 * that carries it and sealed in place. Owned by one worker.
 */
public final class OutboundPath {
  /** Padding of a transport message's plaintext, whitepaper section 5.4.6. */
  static final int PADDING_MULTIPLE = 16;

  /** The longest packet that fits a datagram with its header, padding and tag. */
  static final int MAX_PACKET =
      SendBatch.CAPACITY
          - TransportData.HEADER_LENGTH
          - TransportData.TAG_LENGTH
          - PADDING_MULTIPLE;

  private final int worker;
  private final TunQueue tun;
  private final ForwardingTables tables;
  private final SendBatch sends;
  private final WaitingPackets waiting;
  private final ControlRing control;
  private final Counters counters;

  // Written by the worker.
  private boolean deviceGone;

  /**
   * @param worker number of the owning worker
   */
  public OutboundPath(
      int worker,
      TunQueue tun,
      ForwardingTables tables,
      SendBatch sends,
      WaitingPackets waiting,
      ControlRing control,
      Counters counters) {
    this.worker = worker;
    this.tun = tun;
    this.tables = tables;
    this.sends = sends;
    this.waiting = waiting;
    this.control = control;
    this.counters = counters;
  }

  /**
   * Takes up to one batch from the TUN queue and sends it.
   *
   * @return packets taken
   */
  public int poll(long nowNs) {
    int taken = 0;
    while (taken < SendBatch.SIZE) {
      if (sends.isFull()) {
        sends.flush();
      }
      long packet = sends.next() + TransportData.HEADER_LENGTH;
      int length = tun.read(packet, MAX_PACKET);
      if (length <= 0) {
        deviceGone = length == -Errno.EBADFD;
        break;
      }
      taken++;
      route(packet, length, nowNs);
    }
    counters.add(Counter.TUN_READ_PACKETS, taken);
    sends.flush();
    return taken;
  }

  /** Whether the device was deleted under its open queue. */
  public boolean deviceGone() {
    return deviceGone;
  }

  private void route(long packet, int length, long nowNs) {
    if (Ip.validate(packet, length) < 0) {
      counters.drop(DropReason.MALFORMED_OUTBOUND);
      return;
    }
    Peer peer = InnerPacket.ownerOfDestination(tables.allowedIps(), packet);
    if (peer == null) {
      counters.drop(DropReason.NO_ROUTE);
      return;
    }
    send(peer, packet, length, nowNs);
  }

  /**
   * Seals a packet for a peer, or lets it wait for a session.
   *
   * @param packet in the batch's next place behind the header, or anywhere with {@value
   *     #PADDING_MULTIPLE} writable bytes behind it
   */
  void send(Peer peer, long packet, int length, long nowNs) {
    Endpoint endpoint = peer.endpoint();
    if (endpoint == null) {
      counters.drop(DropReason.NO_ENDPOINT);
      return;
    }
    Session session = peer.keypairs().sending();
    if (session == null || !session.usable(nowNs)) {
      await(peer, packet, length);
      return;
    }
    if (!waiting.isEmpty(peer)) {
      // Behind the ones that came before it.
      hold(peer, packet, length);
      sendWaiting(peer, nowNs);
      return;
    }
    if (!seal(peer, session, endpoint, packet, length, nowNs)) {
      await(peer, packet, length);
    }
  }

  private void await(Peer peer, long packet, int length) {
    hold(peer, packet, length);
    wantHandshake(peer);
  }

  private void hold(Peer peer, long packet, int length) {
    if (waiting.fits(length)) {
      counters.drop(DropReason.WAITING_FULL, waiting.add(peer, packet, length));
    } else {
      counters.drop(DropReason.TOO_LARGE);
    }
  }

  private void wantHandshake(Peer peer) {
    if (peer.reportHandshakeWanted()
        && !control.offer(ControlRing.HANDSHAKE_WANTED, peer.slot(), 0, 0, 0)) {
      peer.clearHandshakeWanted();
    }
  }

  /** Seals into the batch's next place; false when another worker took the last counter. */
  private boolean seal(
      Peer peer, Session session, Endpoint endpoint, long packet, int length, long nowNs) {
    long counter = session.takeCounter();
    if (counter == Session.NO_COUNTER) {
      return false;
    }
    int padded = paddedLength(length);
    for (long at = packet + length; at < packet + padded; at++) {
      NativeMemory.putByte(at, (byte) 0);
    }
    long message = sends.next();
    session.sealer(worker).seal(counter, packet, padded, message + TransportData.HEADER_LENGTH);
    NativeMemory.putIntLe(message, MessageType.TRANSPORT_DATA);
    NativeMemory.putIntLe(message + TransportData.RECEIVER_INDEX, session.remoteIndex());
    NativeMemory.putLongLe(message + TransportData.COUNTER, counter);
    int total = TransportData.HEADER_LENGTH + padded + TransportData.TAG_LENGTH;
    sends.add(endpoint, total);
    peer.lane(worker).sent(total, length > 0, nowNs);
    return true;
  }

  /** Up to 16, but never past the MTU (trap 24). */
  private int paddedLength(int length) {
    int padded = (length + PADDING_MULTIPLE - 1) & -PADDING_MULTIPLE;
    return Math.min(padded, Math.max(length, tables.mtu()));
  }

  /** Seals and sends what waits for a peer, if it has a session. */
  public void sendWaiting(Peer peer, long nowNs) {
    Session session = peer.keypairs().sending();
    Endpoint endpoint = peer.endpoint();
    if (session == null || endpoint == null || !session.usable(nowNs)) {
      return;
    }
    while (!waiting.isEmpty(peer) && session.usable(nowNs)) {
      if (sends.isFull()) {
        sends.flush();
      }
      long packet = waiting.first(peer);
      if (!seal(peer, session, endpoint, packet, waiting.firstLength(peer), nowNs)) {
        break;
      }
      waiting.removeFirst(peer);
    }
    if (!waiting.isEmpty(peer)) {
      wantHandshake(peer);
    }
    if (sends.isFull()) {
      sends.flush();
    }
  }

  /** Drops what waits for a peer. */
  public void dropWaiting(Peer peer) {
    counters.drop(DropReason.NO_SESSION, waiting.removeAll(peer));
  }

  /** Sends an empty transport message, if the peer has a session. */
  public void sendKeepalive(Peer peer, long nowNs) {
    Session session = peer.keypairs().sending();
    Endpoint endpoint = peer.endpoint();
    if (session == null || endpoint == null || !session.usable(nowNs)) {
      return;
    }
    if (sends.isFull()) {
      sends.flush();
    }
    seal(peer, session, endpoint, sends.next() + TransportData.HEADER_LENGTH, 0, nowNs);
  }

  /** Sends what commands and relayed packets have collected. */
  public void flush() {
    if (!sends.isEmpty()) {
      sends.flush();
    }
  }

  /** Makes room for one more datagram. */
  void reserve() {
    if (sends.isFull()) {
      sends.flush();
    }
  }
}
