package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.Packets;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.SessionPair;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RelayTest {
  private static final long NOW = 1_000;
  private static final String LEFT = "10.0.0.1";
  private static final String LEFT_TOO = "10.0.0.77";
  private static final String RIGHT = "10.0.0.2";
  private static final String LEFT6 = "fd00::1";
  private static final String RIGHT6 = "fd00::2";
  private static final String HUB = "10.0.0.254";

  @AutoClose private final Side left = new Side(false);
  @AutoClose private final Side hub = new Side(true);
  @AutoClose private final Side right = new Side(false);

  private final Peer leftAtHub = hub.addPeer(left.ipv4(), LEFT, LEFT6, LEFT_TOO);
  private final Peer rightAtHub = hub.addPeer(right.ipv6(), RIGHT, RIGHT6);
  private final Peer hubAtLeft;
  private final SessionPair rightSessions;

  RelayTest() {
    Aead aead = Primitives.best().aead();
    hubAtLeft = left.addPeer(hub.ipv4(), RIGHT, RIGHT6, HUB, LEFT_TOO);
    Peer hubAtRight = right.addPeer(hub.ipv6(), LEFT, LEFT6, HUB);
    SessionPair leftSessions = SessionPair.of(1, aead, hubAtLeft, leftAtHub);
    left.install(leftSessions.initiator());
    hub.install(leftSessions.responder());
    rightSessions = SessionPair.of(2, aead, hubAtRight, rightAtHub);
    right.install(rightSessions.initiator());
    hub.install(rightSessions.responder());
  }

  @Test
  void shouldSealAgainWithOneHopLessWhenAPacketIsForAnotherPeer() {
    left.send(NOW, packet(LEFT, RIGHT, 321, 64), packet(LEFT6, RIGHT6, 1400, 2));
    hub.receive(2, NOW);
    right.receive(2, NOW);
    // packet() sums the whole IPv4 header, so this compares the updated checksum too.
    assertThat(right.wire.take()).isEqualTo(packet(LEFT, RIGHT, 321, 63));
    assertThat(right.wire.take()).isEqualTo(packet(LEFT6, RIGHT6, 1400, 1));
    assertThat(hub.wire.take()).isNull();
    assertThat(hub.count(Counter.RELAYED_PACKETS)).isEqualTo(2);
    assertThat(hub.drops() + right.drops()).isZero();
    assertThat(rightAtHub.lane(0).sentPackets()).isEqualTo(2);
  }

  @Test
  void shouldLeaveThePacketToTheKernelWhenItsLastHopIsOver() {
    byte[] last = packet(LEFT, RIGHT, 100, 1);
    byte[] last6 = packet(LEFT6, RIGHT6, 100, 1);
    left.send(NOW, last, last6);
    hub.receive(2, NOW);
    assertThat(hub.wire.take()).isEqualTo(last);
    assertThat(hub.wire.take()).isEqualTo(last6);
    assertThat(hub.count(Counter.RELAYED_PACKETS)).isZero();
  }

  @Test
  void shouldLeaveThePacketToTheKernelWhenItIsForTheGatewayOrBackToItsSender() {
    byte[] ours = packet(LEFT, HUB, 100);
    byte[] back = packet(LEFT, LEFT_TOO, 100);
    left.send(NOW, ours, back);
    hub.receive(2, NOW);
    assertThat(hub.wire.take()).isEqualTo(ours);
    assertThat(hub.wire.take()).isEqualTo(back);
    assertThat(hub.count(Counter.RELAYED_PACKETS)).isZero();
  }

  @Test
  void shouldLeaveThePacketToTheKernelWhenItIsForTheHostAlthoughAPeerOwnsEverythingElse() {
    hub.tables.setRelayTargets(
        AllowedIps.<Peer>builder()
            .add(new byte[Integer.BYTES], 0, rightAtHub)
            .add(Packets.address(HUB), Integer.SIZE, ForwardingTables.HERE)
            .build());
    byte[] ours = packet(LEFT, HUB, 100);
    left.send(NOW, ours);
    hub.receive(1, NOW);
    assertThat(hub.wire.take()).isEqualTo(ours);
    assertThat(hub.count(Counter.RELAYED_PACKETS)).isZero();
  }

  /** Trap 3: what is relayed is recorded by the replay window as what is delivered is. */
  @Test
  void shouldRelayOnceWhenADatagramIsReplayed() {
    try (Tap tap = new Tap()) {
      hubAtLeft.setEndpoint(tap.endpoint());
      left.send(NOW, packet(LEFT, RIGHT, 100));
      byte[] datagram = tap.capture();
      tap.inject(hub, datagram, datagram);
      hub.receive(2, NOW);
      right.receive(1, NOW);
    }
    assertThat(hub.count(Counter.RELAYED_PACKETS)).isOne();
    assertThat(hub.count(DropReason.REPLAYED)).isOne();
  }

  @Test
  void shouldLetTheRelayedPacketWaitWhenTheOtherPeerHasNoSession() {
    rightAtHub.setKeypairs(Keypairs.NONE);
    left.send(NOW, packet(LEFT, RIGHT, 321, 64));
    hub.receive(1, NOW);
    assertThat(right.wire.take()).isNull();
    rightAtHub.setKeypairs(new Keypairs(rightSessions.responder(), null, null));
    hub.outbound.sendWaiting(rightAtHub, NOW);
    hub.outbound.flush();
    right.receive(1, NOW);
    assertThat(right.wire.take()).isEqualTo(packet(LEFT, RIGHT, 321, 63));
  }
}
