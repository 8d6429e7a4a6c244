package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.A6;
import static io.taltun.dataplane.path.PathPair.B4;
import static io.taltun.dataplane.path.PathPair.B6;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.access.AccessRule;
import io.taltun.dataplane.access.FlowTable;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.RecordRing;
import java.net.InetAddress;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A is the peer with rules, B the gateway that holds its packets against them. */
class AccessTest {
  private static final long NOW = 1_000;

  @AutoClose private final PathPair pair = new PathPair();

  private final FlowTable flows = new FlowTable(new SplittableRandom(1));

  @BeforeEach
  void connect() {
    pair.connect();
  }

  private void allow(boolean log, AccessRule... rules) {
    pair.peerA.setAccess(
        new AccessPolicy(pair.peerA.slot(), List.of(), List.of(rules), log, flows));
  }

  private static AccessRule udp(String to, int port) {
    InetAddress address = InetAddress.ofLiteral(to);
    return new AccessRule(
        address, address.getAddress().length * Byte.SIZE, AccessRule.UDP, port, port);
  }

  /** What {@link io.taltun.dataplane.Packets} makes is UDP; only its ports are another's. */
  private static byte[] withPorts(byte[] packet, int from, int to) {
    int at = packet[0] == 0x45 ? 20 : 40;
    packet[at] = (byte) (from >>> 8);
    packet[at + 1] = (byte) from;
    packet[at + 2] = (byte) (to >>> 8);
    packet[at + 3] = (byte) to;
    return packet;
  }

  @Test
  void shouldDropAndCountForThePeerWhatNoRuleAllows() {
    allow(false, udp(B4, 53), udp(B6, 53));
    byte[] allowed = withPorts(packet(A4, B4, 100), 4000, 53);
    byte[] allowed6 = withPorts(packet(A6, B6, 100), 4000, 53);
    byte[] denied = withPorts(packet(A4, B4, 100), 4000, 54);
    byte[] denied6 = withPorts(packet(A6, B6, 100), 53, 54);
    // Joined on the way, and yet held against the rules one by one.
    pair.a.send(NOW, denied, allowed, denied, denied6, allowed6);
    pair.b.receive(5, NOW);

    assertThat(pair.b.wire.take()).isEqualTo(allowed);
    assertThat(pair.b.wire.take()).isEqualTo(allowed6);
    assertThat(pair.b.wire.take()).isNull();
    assertThat(pair.b.count(DropReason.ACCESS_DENIED)).isEqualTo(3);
    assertThat(pair.peerA.lane(0).deniedPackets()).isEqualTo(3);
    assertThat(pair.b.drops()).isEqualTo(3);
    assertThat(pair.b.control.denied().size()).isZero();
  }

  @Test
  void shouldDeliverTheAnswerWhenTheOtherSideAsked() {
    allow(false);
    byte[] question = withPorts(packet(B4, A4, 100), 4000, 53);
    byte[] answer = withPorts(packet(A4, B4, 300), 53, 4000);
    byte[] other = withPorts(packet(A4, B4, 300), 53, 4001);

    pair.b.send(NOW, question);
    pair.a.receive(1, NOW);
    pair.a.send(NOW, answer, other);
    pair.b.receive(2, NOW);

    assertThat(pair.b.wire.take()).isEqualTo(answer);
    assertThat(pair.b.wire.take()).isNull();
    assertThat(pair.b.count(DropReason.ACCESS_DENIED)).isOne();
  }

  @Test
  void shouldTellOfOneDeniedPacketUntilThePeerMayBeToldOfAgain() {
    allow(true);
    byte[] first = withPorts(packet(A4, B4, 100), 1, 2);
    byte[] longer = withPorts(packet(A4, B4, 1000), 1, 3);
    pair.a.send(NOW, first, longer);
    pair.b.receive(2, NOW);

    RecordRing denied = pair.b.control.denied();
    assertThat(denied.size()).isOne();
    assertThat(denied.kind()).isEqualTo(ControlRing.ACCESS_DENIED);
    assertThat(denied.value()).isEqualTo(pair.peerA.slot());
    assertThat(NativeMemory.toBytes(denied.message(), denied.length())).isEqualTo(first);
    denied.release();

    pair.peerA.clearDenial();
    pair.a.send(NOW, longer);
    pair.b.receive(1, NOW);
    assertThat(denied.size()).isOne();
    assertThat(denied.length()).isEqualTo(ControlRing.MAX_MESSAGE);
  }

  @Test
  void shouldFollowAnotherPolicyFromTheNextPacketOn() {
    allow(false);
    byte[] packet = withPorts(packet(A4, B4, 100), 4000, 53);
    pair.a.send(NOW, packet);
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isNull();
    allow(false, udp(B4, 53));
    pair.a.send(NOW, packet);
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet);
    pair.peerA.setAccess(null);
    pair.a.send(NOW, withPorts(packet, 1, 1));
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet);
  }
}
