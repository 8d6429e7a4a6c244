package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.B4;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.session.WaitingPackets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private static final long NOW = 1_000;

  @AutoClose private final PathPair pair = new PathPair();

  @Test
  void shouldSendTheFirstPacketFirstWhenTheSessionComes() {
    pair.a.send(NOW, packet(A4, B4, 100), packet(A4, B4, 101));
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    pair.a.send(NOW, packet(A4, B4, 102));
    expect(100, 101, 102);
    assertThat(pair.a.drops()).isZero();
  }

  @Test
  void shouldGoOnHoldingWhatWaitsWhenTheMtuGrows() {
    pair.a.send(NOW, packet(A4, B4, 100), packet(A4, B4, 1000));
    pair.a.send(NOW, packet(A4, B4, 9000));
    assertThat(pair.a.count(DropReason.TOO_LARGE)).isOne();
    pair.a.tables.setMtu(9000);
    pair.a.waiting.fit(9064);
    pair.a.send(NOW, packet(A4, B4, 9000));
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    expect(100, 1000, 9000);
  }

  @Test
  void shouldKeepTheOrderWhenAPacketComesBeforeTheCommandToSendTheOthers() {
    pair.a.send(NOW, packet(A4, B4, 100), packet(A4, B4, 101));
    pair.connect();
    pair.a.send(NOW, packet(A4, B4, 102), packet(A4, B4, 103));
    expect(100, 101, 102, 103);
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(4);
  }

  @Test
  void shouldAskForAHandshakeOnceWhenManyPacketsWait() {
    pair.a.send(NOW, packet(A4, B4, 100), packet(A4, B4, 101));
    assertThat(pair.a.control.reports().size()).isOne();
    assertThat(pair.a.control.reports().kind()).isEqualTo(ControlRing.HANDSHAKE_WANTED);
    assertThat(pair.a.control.reports().value()).isEqualTo(pair.peerB.slot());
    pair.a.control.reports().release();
    pair.peerB.clearHandshakeWanted();
    pair.a.send(NOW, packet(A4, B4, 102));
    assertThat(pair.a.control.reports().size()).isOne();
  }

  @Test
  void shouldAskForNoHandshakeWhenTheSessionIsThereAndOthersStillWait() {
    pair.a.send(NOW, packet(A4, B4, 100));
    pair.a.control.reports().release();
    pair.peerB.clearHandshakeWanted();
    pair.connect();
    pair.a.send(NOW, packet(A4, B4, 101));
    expect(100, 101);
    assertThat(pair.a.control.reports().size()).isZero();
  }

  @Test
  void shouldDropTheOldestWhenAPeersLimitIsReached() {
    for (int i = 0; i < WaitingPackets.PER_PEER + 3; i++) {
      pair.a.send(NOW, packet(A4, B4, 100 + i));
    }
    assertThat(pair.a.count(DropReason.WAITING_FULL)).isEqualTo(3);
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    pair.b.receive(WaitingPackets.PER_PEER, NOW);
    for (int i = 0; i < WaitingPackets.PER_PEER; i++) {
      assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 103 + i));
    }
  }

  /** Trap 32. */
  @Test
  void shouldDropTheNewPacketWhenTheWorkersPoolIsFull() {
    int peers = WaitingPackets.SLOTS / WaitingPackets.PER_PEER;
    for (int i = 0; i <= peers; i++) {
      pair.a.addPeer(pair.b.ipv4(), "10.1.0." + i);
    }
    for (int i = 0; i < peers; i++) {
      for (int k = 0; k < WaitingPackets.PER_PEER; k++) {
        pair.a.send(NOW, packet(A4, "10.1.0." + i, 100));
      }
    }
    assertThat(pair.a.drops()).isZero();
    pair.a.send(NOW, packet(A4, "10.1.0." + peers, 100));
    assertThat(pair.a.count(DropReason.WAITING_FULL)).isOne();
  }

  @Test
  void shouldCountEachPacketWhenThePeerDoesNotAnswer() {
    pair.a.send(NOW, packet(A4, B4, 100), packet(A4, B4, 101));
    pair.a.outbound.dropWaiting(pair.peerB);
    assertThat(pair.a.count(DropReason.NO_SESSION)).isEqualTo(2);
    pair.a.outbound.dropWaiting(pair.peerB);
    assertThat(pair.a.count(DropReason.NO_SESSION)).isEqualTo(2);
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
    pair.a.send(NOW, packet(A4, B4, 102));
    expect(102);
  }

  @Test
  void shouldKeepTheOthersWhenAPacketIsTooLargeToWait() {
    for (int i = 0; i < WaitingPackets.PER_PEER; i++) {
      pair.a.send(NOW, packet(A4, B4, 100 + i));
    }
    pair.a.send(NOW, packet(A4, B4, Side.MTU + 1));
    assertThat(pair.a.count(DropReason.TOO_LARGE)).isOne();
    assertThat(pair.a.drops()).isOne();
    pair.a.send(NOW, packet(A4, B4, Side.MTU));
    assertThat(pair.a.count(DropReason.WAITING_FULL)).isOne();
  }

  @Test
  void shouldKeepWaitingWhenTheSessionHasExpired() {
    pair.a.send(NOW, packet(A4, B4, 100));
    pair.a.install(pair.newSession(NOW, NOW).initiator());
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    pair.a.outbound.flush();
    expect(100);
  }

  private void expect(int... lengths) {
    pair.b.receive(lengths.length, NOW);
    for (int length : lengths) {
      assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, length));
    }
    assertThat(pair.b.wire.take()).isNull();
  }
}
