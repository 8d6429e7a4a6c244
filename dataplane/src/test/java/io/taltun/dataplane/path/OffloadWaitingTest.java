package io.taltun.dataplane.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.packet.TransportPacket;
import io.taltun.dataplane.packet.TunRecorder;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.SessionPair;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Reads of many packets at once that have no session, or not enough of one. */
class OffloadWaitingTest {
  private static final long NOW = 1_000;
  private static final int SIZE = 1_000;

  private final TunRecorder from = new TunRecorder(VirtioNetHeader.LENGTH);
  private final TunRecorder to = new TunRecorder(VirtioNetHeader.LENGTH);

  @AutoClose
  private final PathPair pair =
      new PathPair(new Side(from, true, true, true), new Side(to, true, true, true));

  private final TransportPacket flow = new TransportPacket(false, true);
  private final List<byte[]> sent = new ArrayList<>();

  OffloadWaitingTest() {
    pair.a.tables.setAllowedIps(AllowedIps.<Peer>builder().add(new byte[4], 0, pair.peerB).build());
    pair.b.tables.setAllowedIps(AllowedIps.<Peer>builder().add(new byte[4], 0, pair.peerA).build());
  }

  @Test
  void shouldLoseNothingAndKeepTheOrderWhenLargePacketsWaitForTheSession() {
    send(30);
    send(34);
    assertThat(sent).hasSize(WaitingPackets.PER_PEER);
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
    assertThat(pair.a.control.reports().size()).isOne();
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    send(20);
    assertAllDelivered();
  }

  @Test
  void shouldKeepTheOrderWhenALargePacketComesBeforeTheCommandToSendTheOthers() {
    send(20);
    pair.connect();
    send(40);
    assertAllDelivered();
  }

  @Test
  void shouldLoseNothingWhenAsManyWaitAsMayAndTheSessionIsThere() {
    send(WaitingPackets.PER_PEER);
    pair.connect();
    send(40);
    assertAllDelivered();
  }

  /** Trap 5. */
  @Test
  void shouldSealNoneOfALargePacketWhenTheSessionHasFewerCountersLeft() {
    SessionPair.setSendCounter(pair.connect().initiator(), ReplayWindow.REJECT_AFTER_MESSAGES - 29);
    send(30);
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
    assertThat(pair.a.control.reports().kind()).isEqualTo(ControlRing.HANDSHAKE_WANTED);
    // Every later packet waits behind it, though some counters were left.
    send(2);
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    assertAllDelivered();
  }

  /** Trap 5. */
  @Test
  void shouldSealAllOfALargePacketWhenItTakesTheLastCounters() {
    SessionPair.setSendCounter(pair.connect().initiator(), ReplayWindow.REJECT_AFTER_MESSAGES - 30);
    send(30);
    assertAllDelivered();
    assertThat(pair.a.control.reports().size()).isZero();
  }

  private void send(int segments) {
    flow.payload(segments * SIZE - 11, segments);
    OffloadReads.Read read = OffloadReads.large(flow, SIZE);
    assertThat(read.packets()).hasSize(segments);
    flow.sequence += flow.payload.length;
    flow.identification += segments;
    from.give(read.bytes());
    sent.addAll(read.packets());
    pair.a.send(NOW);
  }

  private void assertAllDelivered() {
    pair.b.receive(sent.size(), NOW);
    assertThat(to.take()).containsExactlyElementsOf(sent);
    assertThat(pair.a.drops() + pair.b.drops()).isZero();
  }
}
