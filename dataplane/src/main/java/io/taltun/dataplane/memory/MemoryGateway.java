package io.taltun.dataplane.memory;

import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.packet.Coalescer;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.path.InboundPath;
import io.taltun.dataplane.path.OutboundPath;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.route.SessionIndex;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.MessageSocket;
import io.taltun.dataplane.udp.ReceiveBatch;
import io.taltun.dataplane.udp.SendBatch;
import java.lang.foreign.Arena;

/** One gateway's packet path without a thread: a worker's parts between any two edges. */
final class MemoryGateway implements AutoCloseable {
  /** As a TUN device has it by default. */
  static final int MTU = 1420;

  private static final int SESSIONS = 16;

  private final Arena arena = Arena.ofShared();
  private final Counters counters = new Counters();
  private final ControlRing control = new ControlRing(() -> {});
  private final WaitingPackets waiting = new WaitingPackets(0, MTU);
  private final SendBatch sends;
  private final ReceiveBatch batch = new ReceiveBatch(arena);
  private final ForwardingTables tables =
      new ForwardingTables(new SessionIndex<>(SESSIONS), MTU, false);
  private final Peer peer = new Peer(0, 1);
  private final OutboundPath outbound;
  private final InboundPath inbound;

  /**
   * @param endpoint of the one peer, which owns every address of {@code allowedIps}
   */
  MemoryGateway(TunQueue tun, MessageSocket socket, Endpoint endpoint, byte[]... allowedIps) {
    sends = new SendBatch(arena, socket, null, true, counters);
    Coalescer coalescer = new Coalescer(arena, tun, counters, true, true);
    outbound = new OutboundPath(0, tun, tables, sends, waiting, control, counters);
    inbound = new InboundPath(0, coalescer, tables, batch, outbound, control, counters);
    AllowedIps.Builder<Peer> owners = AllowedIps.builder();
    for (byte[] address : allowedIps) {
      owners.add(address, address.length * Byte.SIZE, peer);
    }
    tables.setAllowedIps(owners.build());
    tables.setMssClamp(ForwardingTables.MSS_OF_MTU);
    peer.setEndpoint(endpoint);
  }

  Peer peer() {
    return peer;
  }

  void install(Session session) {
    tables.sessions().put(session.localIndex(), session);
    peer.setKeypairs(new Keypairs(session, null, null));
  }

  OutboundPath outbound() {
    return outbound;
  }

  InboundPath inbound() {
    return inbound;
  }

  Counters counters() {
    return counters;
  }

  @Override
  public void close() {
    peer.keypairs().current().release(0);
    outbound.close();
    inbound.close();
    sends.close();
    batch.close();
    waiting.close();
    control.close();
    arena.close();
  }
}
