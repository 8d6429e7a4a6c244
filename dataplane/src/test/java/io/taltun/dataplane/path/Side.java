package io.taltun.dataplane.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Packets;
import io.taltun.dataplane.Wire;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.packet.Coalescer;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.route.SessionIndex;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.tun.KernelTunQueue;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import io.taltun.dataplane.udp.ReceiveBatch;
import io.taltun.dataplane.udp.SendBatch;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One gateway's packet path with a worker's parts and no worker: real UDP sockets on the loopback,
 * a {@link Wire} for the TUN device, the test's thread for both the worker and the control thread.
 */
public final class Side implements AutoCloseable {
  /** As a TUN device has it by default. */
  public static final int MTU = 1420;

  private static final int LOOPBACK = 1;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

  /** The kernel's end of the TUN queue; null where the test brought a queue of its own. */
  public final Wire wire;

  public final ForwardingTables tables;
  public final OutboundPath outbound;
  public final InboundPath inbound;
  public final Counters counters = new Counters();
  public final ControlRing control = new ControlRing(() -> {});

  private final Arena arena = Arena.ofShared();
  private final TunQueue tun;
  final WaitingPackets waiting = new WaitingPackets(0, MTU);
  private final AllowedIps.Builder<Peer> allowedIps = AllowedIps.builder();
  private final UdpSocketPair sockets;
  private final SendBatch sends;
  private final ReceiveBatch batch = new ReceiveBatch(arena);
  private final int port;
  private int peers;
  private long received;

  /**
   * @param relay whether packets between peers are sealed again
   */
  public Side(boolean relay) {
    this(relay, true);
  }

  /**
   * @param joining whether the kernel joins and cuts datagrams
   */
  public Side(boolean relay, boolean joining) {
    this(relay, new Wire(), joining);
  }

  private Side(boolean relay, Wire wire, boolean joining) {
    this(relay, wire, KernelTunQueue.of(wire.queueFd(), 0), true, joining, joining);
  }

  /**
   * One with a TUN queue of the test's, which is closed with it.
   *
   * @param coalescing whether packets are joined for the queue
   * @param gso whether the kernel cuts what is sent
   * @param gro whether it joins what is received
   */
  public Side(TunQueue tun, boolean coalescing, boolean gso, boolean gro) {
    this(false, null, tun, coalescing, gso, gro);
  }

  private Side(
      boolean relay, Wire wire, TunQueue tun, boolean coalescing, boolean gso, boolean gro) {
    this.wire = wire;
    this.tun = tun;
    try {
      sockets = UdpSocketPair.open(1, 0, 0).getFirst();
      port = sockets.localPort();
    } catch (SystemCallException e) {
      throw new AssertionError(e);
    }
    tables = new ForwardingTables(new SessionIndex<>(64), MTU, relay);
    UdpOffloads offloads = UdpOffloads.enable(List.of(sockets), gso, gro);
    sends = new SendBatch(arena, sockets.ipv4(), sockets.ipv6(), offloads.gso().on(), counters);
    Coalescer coalescer = new Coalescer(arena, tun, counters, coalescing, coalescing);
    outbound = new OutboundPath(0, tun, tables, sends, waiting, control, counters);
    inbound = new InboundPath(0, coalescer, tables, batch, outbound, control, counters);
  }

  /** Where others on the loopback reach it over IPv4, and from where they do. */
  public Endpoint ipv4() {
    return Endpoint.ofIpv4(0x7f00_0001, port).at(LocalAddress.ofIpv4(0x7f00_0001, LOOPBACK));
  }

  /** The same over IPv6. */
  public Endpoint ipv6() {
    return Endpoint.ofIpv6(0, 1, port, 0).at(LocalAddress.ofIpv6(0, 1, LOOPBACK));
  }

  /** A new peer that owns the given addresses, without a session. */
  public Peer addPeer(Endpoint endpoint, String... addresses) {
    Peer peer = new Peer(peers++, 1);
    peer.setEndpoint(endpoint);
    for (String address : addresses) {
      byte[] bytes = Packets.address(address);
      allowedIps.add(bytes, bytes.length * Byte.SIZE, peer);
    }
    tables.setAllowedIps(allowedIps.build());
    tables.setRelayTargets(tables.allowedIps());
    return peer;
  }

  /** Makes a session the current one of its peer. */
  public void install(Session session) {
    assertThat(tables.sessions().put(session.localIndex(), session)).isTrue();
    session.peer().setKeypairs(new Keypairs(session, null, null));
  }

  /** Lets packets come from the TUN device and sends them. */
  public void send(long nowNs, byte[]... packets) {
    for (byte[] packet : packets) {
      wire.give(packet);
    }
    while (outbound.poll(nowNs)) {
      // until none is left
    }
  }

  /** The sockets, for a test that sets them otherwise. */
  UdpSocketPair sockets() {
    return sockets;
  }

  /** Takes this many datagrams from both sockets, however long they take over the loopback. */
  public void receive(int datagrams, long nowNs) {
    received += datagrams;
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (counters.get(Counter.UDP_RECEIVED_DATAGRAMS) < received) {
      long before = counters.get(Counter.UDP_RECEIVED_DATAGRAMS);
      inbound.poll(sockets.ipv4(), nowNs);
      inbound.poll(sockets.ipv6(), nowNs);
      if (counters.get(Counter.UDP_RECEIVED_DATAGRAMS) == before) {
        if (deadlineNs - System.nanoTime() < 0) {
          throw new AssertionError("a datagram is missing");
        }
        Thread.yield();
      }
    }
  }

  public long count(Counter counter) {
    return counters.get(counter);
  }

  public long count(DropReason reason) {
    return counters.get(reason);
  }

  /** The sum over all reasons. */
  public long drops() {
    long sum = 0;
    for (DropReason reason : DropReason.values()) {
      sum += counters.get(reason);
    }
    return sum;
  }

  @Override
  public void close() {
    outbound.close();
    inbound.close();
    sends.close();
    batch.close();
    sockets.close();
    tun.close();
    if (wire != null) {
      wire.close();
    }
    waiting.close();
    control.close();
    arena.close();
  }
}
