package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.A6;
import static io.taltun.dataplane.path.PathPair.B4;
import static io.taltun.dataplane.path.PathPair.B6;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Packets;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private static final long NOW = 1_000;
  private static final int OVERHEAD = 32;

  @AutoClose private final PathPair pair = new PathPair();

  @Test
  void shouldDeliverTheSameBytesWhenPacketsOfAnyLengthCross() {
    pair.connect();
    for (int length = 20; length <= Side.MTU; length += 7) {
      byte[] sent = packet(A4, B4, length);
      pair.a.send(NOW, sent);
      pair.b.receive(1, NOW);
      assertThat(pair.b.wire.take()).isEqualTo(sent);
    }
    for (int length = 40; length <= Side.MTU; length += 7) {
      byte[] sent = packet(B6, A6, length);
      pair.b.send(NOW, sent);
      pair.a.receive(1, NOW);
      assertThat(pair.a.wire.take()).isEqualTo(sent);
    }
    assertThat(pair.a.drops() + pair.b.drops()).isZero();
  }

  @Test
  void shouldKeepTheOrderWhenMorePacketsWaitThanABatchHolds() {
    pair.connect();
    byte[][] sent = new byte[100][];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = packet(A4, B4, 100 + i);
    }
    pair.a.send(NOW, sent);
    pair.b.receive(sent.length, NOW);
    for (byte[] each : sent) {
      assertThat(pair.b.wire.take()).isEqualTo(each);
    }
    assertThat(pair.a.count(Counter.UDP_SEND_CALLS)).isEqualTo(2);
  }

  /** Trap 24. */
  @Test
  void shouldPadToSixteenButNotPastTheMtuWhenPacketsAreSealed() {
    pair.connect();
    assertThat(datagramOf(20)).isEqualTo(OVERHEAD + 32);
    assertThat(datagramOf(32)).isEqualTo(OVERHEAD + 32);
    assertThat(datagramOf(33)).isEqualTo(OVERHEAD + 48);
    assertThat(datagramOf(1408)).isEqualTo(OVERHEAD + 1408);
    assertThat(datagramOf(1409)).isEqualTo(OVERHEAD + Side.MTU);
    assertThat(datagramOf(Side.MTU)).isEqualTo(OVERHEAD + Side.MTU);
    // A packet that is longer than the MTU said is left as it is.
    assertThat(datagramOf(Side.MTU + 1)).isEqualTo(OVERHEAD + Side.MTU + 1);
  }

  private long datagramOf(int length) {
    long before = pair.peerB.lane(0).sentBytes();
    byte[] sent = packet(A4, B4, length);
    pair.a.send(NOW, sent);
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(sent);
    return pair.peerB.lane(0).sentBytes() - before;
  }

  @Test
  void shouldCountButNotDeliverWhenAKeepaliveComes() {
    pair.connect();
    pair.a.outbound.sendKeepalive(pair.peerB, NOW);
    pair.a.outbound.flush();
    pair.b.receive(1, NOW + 5);
    assertThat(pair.b.wire.take()).isNull();
    assertThat(pair.b.count(Counter.KEEPALIVES_RECEIVED)).isOne();
    assertThat(pair.b.drops()).isZero();
    assertThat(pair.peerB.lane(0).lastAnySentNs()).isEqualTo(NOW);
    assertThat(pair.peerB.lane(0).lastDataSentNs()).isNotEqualTo(NOW);
    assertThat(pair.peerA.lane(0).lastAnyReceivedNs()).isEqualTo(NOW + 5);
    assertThat(pair.peerA.lane(0).lastDataReceivedNs()).isNotEqualTo(NOW + 5);
    assertThat(pair.peerA.lane(0).receivedBytes()).isEqualTo(OVERHEAD);
  }

  @Test
  void shouldSendNoKeepaliveWhenThereIsNoSession() {
    pair.a.outbound.sendKeepalive(pair.peerB, NOW);
    pair.a.outbound.flush();
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
  }

  @Test
  void shouldCountADropWhenThePeerHasNoEndpoint() {
    pair.connect();
    pair.peerB.setEndpoint(null);
    pair.a.send(NOW, packet(A4, B4, 100));
    pair.a.outbound.sendKeepalive(pair.peerB, NOW);
    pair.a.outbound.flush();
    assertThat(pair.a.count(DropReason.NO_ENDPOINT)).isOne();
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
  }

  @Test
  void shouldCountADropWhenNobodyOwnsTheDestination() {
    pair.connect();
    pair.a.send(NOW, packet(A4, "10.9.9.9", 100), packet(A6, "fd00::9", 100));
    assertThat(pair.a.count(DropReason.NO_ROUTE)).isEqualTo(2);
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
  }

  @Test
  void shouldCountADropWhenTheTunDeviceGivesNoIpPacket() {
    pair.connect();
    byte[] cut = packet(A4, B4, 100);
    cut[3]++;
    pair.a.send(NOW, new byte[1], new byte[60], cut);
    assertThat(pair.a.count(DropReason.MALFORMED_OUTBOUND)).isEqualTo(3);
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isZero();
  }

  @Test
  void shouldCountADropWhenTheTunDeviceRefusesAPacket() {
    pair.connect();
    pair.a.send(NOW, packet(A4, B4, 100));
    pair.b.wire.hangUp();
    pair.b.receive(1, NOW);
    assertThat(pair.b.count(DropReason.TUN_WRITE_FAILED)).isOne();
  }

  /** Trap 2. */
  @Test
  void shouldLoseNoPacketWhenTheTableIsReplacedUnderTraffic() throws InterruptedException {
    pair.connect();
    Peer other = new Peer(7, 1);
    AtomicBoolean running = new AtomicBoolean(true);
    Thread reload =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; running.get(); i++) {
                    replaceTable(pair.a, pair.peerB, B4, other, i);
                    replaceTable(pair.b, pair.peerA, A4, other, i);
                  }
                });
    byte[] sent = packet(A4, B4, 200);
    for (int i = 0; i < 20_000; i++) {
      pair.a.send(NOW, sent);
      pair.b.receive(1, NOW);
      assertThat(pair.b.wire.take()).isNotNull();
    }
    running.set(false);
    reload.join();
    assertThat(pair.a.drops() + pair.b.drops()).isZero();
  }

  /** The address stays where it is while another peer's prefixes come and go around it. */
  private static void replaceTable(Side side, Peer owner, String address, Peer other, int round) {
    AllowedIps.Builder<Peer> builder = AllowedIps.builder();
    builder.add(Packets.address(address), 32, owner);
    for (int i = 0; i < round % 50; i++) {
      builder.add(new byte[] {10, (byte) i, 0, 0}, 8 + i % 20, other);
    }
    side.tables.setAllowedIps(builder.build());
  }
}
