package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.access.FlowTable;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.SessionPair;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Two peers of a hub that relays: what one sends the other is held against its rules too. */
class RelayedAccessTest {
  private static final long NOW = 1_000;
  private static final String LEFT = "10.0.0.1";
  private static final String RIGHT = "10.0.0.2";

  @AutoClose private final Side left = new Side(false);
  @AutoClose private final Side hub = new Side(true);
  @AutoClose private final Side right = new Side(false);

  private final Peer leftAtHub = hub.addPeer(left.ipv4(), LEFT);
  private final Peer rightAtHub = hub.addPeer(right.ipv4(), RIGHT);
  private final FlowTable flows = new FlowTable(new SplittableRandom(1));

  RelayedAccessTest() {
    Aead aead = Primitives.best().aead();
    Peer hubAtLeft = left.addPeer(hub.ipv4(), RIGHT);
    Peer hubAtRight = right.addPeer(hub.ipv4(), LEFT);
    SessionPair leftSessions = SessionPair.of(1, aead, hubAtLeft, leftAtHub);
    left.install(leftSessions.initiator());
    hub.install(leftSessions.responder());
    SessionPair rightSessions = SessionPair.of(2, aead, hubAtRight, rightAtHub);
    right.install(rightSessions.initiator());
    hub.install(rightSessions.responder());
  }

  private static byte[] swapped(byte[] packet) {
    byte[] answer = packet(RIGHT, LEFT, packet.length, 64);
    System.arraycopy(packet, 20, answer, 22, 2);
    System.arraycopy(packet, 22, answer, 20, 2);
    return answer;
  }

  @Test
  void shouldRelayOnlyTheAnswerWhenThePeerMayBeginNothing() {
    rightAtHub.setAccess(new AccessPolicy(rightAtHub.slot(), List.of(), List.of(), false, flows));
    byte[] question = packet(LEFT, RIGHT, 100, 64);
    right.send(NOW, swapped(question));
    hub.receive(1, NOW);
    assertThat(hub.count(DropReason.ACCESS_DENIED)).isOne();

    left.send(NOW, question);
    hub.receive(1, NOW);
    right.receive(1, NOW);
    right.send(NOW, swapped(question));
    hub.receive(1, NOW);
    left.receive(1, NOW);
    assertThat(left.wire.take()).isNotNull();
    assertThat(hub.count(Counter.RELAYED_PACKETS)).isEqualTo(2);
    assertThat(hub.drops()).isOne();
  }
}
