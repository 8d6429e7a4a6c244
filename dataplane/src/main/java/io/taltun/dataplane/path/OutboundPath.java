package io.taltun.dataplane.path;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.TransportData;
import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.packet.Ecn;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.MssLimit;
import io.taltun.dataplane.packet.Segmenter;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.SendBatch;
import java.lang.foreign.Arena;

/**
 * TUN to UDP: read, segment, route, session, pad, seal, send. One read may bring 64 KiB of one
 * flow; each piece of it is sealed straight into the datagram that carries it. Owned by one worker.
 */
public final class OutboundPath implements AutoCloseable {
  /** Padding of a transport message's plaintext, whitepaper section 5.4.6. */
  static final int PADDING_MULTIPLE = 16;

  /** What a transport message adds to its padded plaintext. */
  private static final int OVERHEAD = TransportData.HEADER_LENGTH + TransportData.TAG_LENGTH;

  /** The longest packet that fits a datagram with its header, padding and tag. */
  static final int MAX_PACKET = SendBatch.CAPACITY - OVERHEAD - PADDING_MULTIPLE;

  /** A turn of the worker: so many reads, or so many bytes, whatever waits behind them. */
  private static final int TURN_READS = 64;

  private static final int TURN_BYTES = 256 * 1024;

  private final int worker;
  private final TunReadBuffer read;
  private final ForwardingTables tables;
  private final SendBatch sends;
  private final WaitingPackets waiting;
  private final ControlRing control;
  private final Counters counters;
  private final Arena arena = Arena.ofShared();
  private final Segmenter segmenter = new Segmenter(arena);

  // Written by the worker.
  private boolean deviceGone;

  /**
   * @param worker number of the owning worker
   * @param sends closed by whoever made it
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
    this.read = new TunReadBuffer(tun);
    this.tables = tables;
    this.sends = sends;
    this.waiting = waiting;
    this.control = control;
    this.counters = counters;
  }

  /**
   * Takes a bounded burst from the TUN queue and sends it.
   *
   * @return whether more may wait there
   */
  public boolean poll(long nowNs) {
    int reads = 0;
    int bytes = 0;
    long packetsBefore = counters.get(Counter.TUN_READ_PACKETS);
    boolean more = true;
    while (reads < TURN_READS && bytes < TURN_BYTES) {
      int length = read.read();
      if (length <= 0) {
        deviceGone = length == -Errno.EBADFD;
        more = false;
        break;
      }
      reads++;
      bytes += length;
      route(length, nowNs);
    }
    if (reads > 0) {
      counters.add(Counter.TUN_READS, reads);
      counters.batch(Batch.TUN_READ, counters.get(Counter.TUN_READ_PACKETS) - packetsBefore);
    }
    flush();
    return more;
  }

  /** Whether the device was deleted under its open queue. */
  public boolean deviceGone() {
    return deviceGone;
  }

  private void route(int length, long nowNs) {
    long packet = read.packet();
    int whole = Ip.validate(packet, length);
    if (whole < 0) {
      counters.drop(DropReason.MALFORMED_OUTBOUND);
      return;
    }
    int packets = segmenter.begin(read.header(), packet, whole);
    if (packets == 0) {
      counters.drop(DropReason.MALFORMED_OFFLOAD);
      return;
    }
    counters.add(Counter.TUN_READ_PACKETS, packets);
    Peer peer = InnerPacket.ownerOfDestination(tables.allowedIps(), packet);
    if (peer == null) {
      counters.drop(DropReason.NO_ROUTE, packets);
      return;
    }
    follow(peer, packet, whole, nowNs);
    if (packets == 1) {
      clamp(packet, whole);
    }
    Endpoint endpoint = peer.endpoint();
    if (endpoint == null) {
      counters.drop(DropReason.NO_ENDPOINT, packets);
      return;
    }
    Session session = peer.keypairs().sending();
    if (session == null || !session.usable(nowNs)) {
      holdSegments(peer, packets);
      wantHandshake(peer);
    } else if (!isNext(peer, nowNs)) {
      holdSegments(peer, packets);
    } else {
      long counter = session.takeCounters(packets);
      if (counter == Session.NO_COUNTER) {
        // Another worker took the last ones.
        holdSegments(peer, packets);
        wantHandshake(peer);
      } else {
        sealSegments(peer, session, endpoint, packets, counter, nowNs);
      }
    }
  }

  /** Its answer may pass the peer's access rules. */
  private void follow(Peer peer, long packet, int length, long nowNs) {
    AccessPolicy access = peer.access();
    if (access != null && access.follow(packet, length, nowNs)) {
      counters.increment(Counter.FLOWS_FORGOTTEN);
    }
  }

  /** After the checksum was completed; what is cut is no SYN. */
  private void clamp(long packet, int length) {
    MssLimit limit = tables.mssLimit();
    if (limit != null && limit.apply(packet, length)) {
      counters.increment(Counter.MSS_CLAMPED);
    }
  }

  private void sealSegments(
      Peer peer, Session session, Endpoint endpoint, int packets, long counter, long nowNs) {
    TransportCipher sealer = session.sealer(worker);
    int receiver = session.remoteIndex();
    int trafficClass = Ecn.encapsulate(read.packet());
    int sent = 0;
    int bytes = 0;
    for (int i = 0; i < packets; i++) {
      long packet = segmenter.next();
      int length = segmenter.length();
      if (length > MAX_PACKET) {
        counters.drop(DropReason.TOO_LARGE);
        continue;
      }
      int total = sealPadded(sealer, counter + i, receiver, packet, length);
      sends.add(endpoint, total, trafficClass);
      sent++;
      bytes += total;
    }
    peer.lane(worker).sent(sent, bytes, true, nowNs);
  }

  private void holdSegments(Peer peer, int packets) {
    for (int i = 0; i < packets; i++) {
      long packet = segmenter.next();
      hold(peer, packet, segmenter.length());
    }
  }

  /** Sends a packet that another peer sent on to this one, as {@link #send} does. */
  void relay(Peer to, long packet, int length, long nowNs) {
    follow(to, packet, length, nowNs);
    send(to, packet, length, nowNs);
  }

  /**
   * Seals a packet for a peer, or lets it wait for a session.
   *
   * @param packet anywhere, with a cipher's room around it
   */
  private void send(Peer peer, long packet, int length, long nowNs) {
    Endpoint endpoint = peer.endpoint();
    if (endpoint == null) {
      counters.drop(DropReason.NO_ENDPOINT);
      return;
    }
    Session session = peer.keypairs().sending();
    if (session == null || !session.usable(nowNs)) {
      hold(peer, packet, length);
      wantHandshake(peer);
    } else if (!isNext(peer, nowNs)) {
      hold(peer, packet, length);
    } else if (!seal(peer, session, endpoint, packet, length, nowNs)) {
      hold(peer, packet, length);
      wantHandshake(peer);
    }
  }

  /**
   * Whether it is a packet's turn, now that there is a session: what came before it and waits goes
   * first. It is sent before the packet is held behind it, so that a full place loses nothing.
   */
  private boolean isNext(Peer peer, long nowNs) {
    if (!waiting.isEmpty(peer)) {
      sendWaiting(peer, nowNs);
    }
    return waiting.isEmpty(peer);
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

  /** Seals one packet into the batch; false when another worker took the last counter. */
  private boolean seal(
      Peer peer, Session session, Endpoint endpoint, long packet, int length, long nowNs) {
    long counter = session.takeCounters(1);
    if (counter == Session.NO_COUNTER) {
      return false;
    }
    int trafficClass = length > 0 ? Ecn.encapsulate(packet) : 0;
    int total = sealPadded(session.sealer(worker), counter, session.remoteIndex(), packet, length);
    sends.add(endpoint, total, trafficClass);
    peer.lane(worker).sent(1, total, length > 0, nowNs);
    return true;
  }

  /**
   * Pads, seals into the batch's next place and writes the message's header; what follows the
   * packet is untouched afterwards.
   *
   * @return bytes of the message
   */
  private int sealPadded(
      TransportCipher sealer, long counter, int receiver, long packet, int length) {
    long message = sends.reserve();
    long ciphertext = message + TransportData.HEADER_LENGTH;
    int padded = paddedLength(length);
    if (padded == length) {
      sealer.seal(counter, packet, length, ciphertext);
    } else {
      long end = packet + length;
      long low = NativeMemory.getLong(end);
      long high = NativeMemory.getLong(end + Long.BYTES);
      NativeMemory.putLong(end, 0);
      NativeMemory.putLong(end + Long.BYTES, 0);
      sealer.seal(counter, packet, padded, ciphertext);
      NativeMemory.putLong(end, low);
      NativeMemory.putLong(end + Long.BYTES, high);
    }
    NativeMemory.putIntLe(message, MessageType.TRANSPORT_DATA);
    NativeMemory.putIntLe(message + TransportData.RECEIVER_INDEX, receiver);
    NativeMemory.putLongLe(message + TransportData.COUNTER, counter);
    return OVERHEAD + padded;
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
      long packet = waiting.first(peer);
      if (!seal(peer, session, endpoint, packet, waiting.firstLength(peer), nowNs)) {
        break;
      }
      waiting.removeFirst(peer);
    }
    if (!waiting.isEmpty(peer)) {
      wantHandshake(peer);
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
    if (session != null && endpoint != null && session.usable(nowNs)) {
      seal(peer, session, endpoint, read.packet(), 0, nowNs);
    }
  }

  /** Sends what was collected. */
  public void flush() {
    if (!sends.isEmpty()) {
      sends.flush();
    }
  }

  /** After the worker ended. */
  @Override
  public void close() {
    read.close();
    arena.close();
  }
}
