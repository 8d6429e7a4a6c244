package io.taltun.dataplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.counter.Counter;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A bulk flow gives the others their turn: a worker's bursts are bounded both ways. */
class FairTurnTest {
  private static final long NOW = 1_000;

  @AutoClose private final Arena arena = Arena.ofConfined();
  @AutoClose private final MemoryTunnel tunnel = new MemoryTunnel(Primitives.best().aead());
  private final MadeUpPackets make = new MadeUpPackets(arena);

  @Test
  void shouldEndAfter256KibibytesWhenMoreOfABulkFlowWaits() {
    MadeUpPackets.Made bulk = make.bulkTcp4();
    tunnel.leftTun().give(bulk.header(), bulk.length(), 64);
    // 65,535 bytes each: four do not reach the bound, the fifth passes it.
    assertThat(tunnel.left().outbound().poll(NOW)).as("more waits").isTrue();
    assertThat(tunnel.left().counters().get(Counter.TUN_READS)).isEqualTo(5);
  }

  @Test
  void shouldEndAfter64ReadsWhenSmallPacketsWait() {
    MadeUpPackets.Made small = make.acknowledgement(false);
    tunnel.leftTun().give(small.header(), small.length(), 1000);
    assertThat(tunnel.left().outbound().poll(NOW)).as("more waits").isTrue();
    assertThat(tunnel.left().counters().get(Counter.TUN_READS)).isEqualTo(64);
  }

  @Test
  void shouldTakeFewMessagesAtOnceWhenTheyAreJoinedOnes() {
    MadeUpPackets.Made bulk = make.bulkTcp4();
    // The first call cannot know; from then on a call is a bounded burst.
    send(bulk, 4);
    receive();
    send(bulk, 20);
    assertThat(receive()).isEqualTo(8);
    assertThat(tunnel.drops()).isZero();
  }

  /** One turn; the messages that it took. */
  private long receive() {
    long before = tunnel.right().counters().get(Counter.UDP_RECEIVED_MESSAGES);
    tunnel.right().inbound().poll(tunnel.rightSocket(), NOW);
    return tunnel.right().counters().get(Counter.UDP_RECEIVED_MESSAGES) - before;
  }

  private void send(MadeUpPackets.Made packet, int times) {
    tunnel.leftTun().give(packet.header(), packet.length(), times);
    while (tunnel.left().outbound().poll(NOW)) {
      // until all are on the wire
    }
  }

  @Test
  void shouldTakeManyMessagesAtOnceWhenTheyAreSmall() {
    for (int i = 0; i < 40; i++) {
      // Of another length each, so that none is joined.
      send(make.datagram(false, 64 + 16 * i), 1);
    }
    assertThat(receive()).isEqualTo(40);
  }

  @Test
  void shouldArriveWholeWhenEveryKindIsCarried() {
    long expected = 0;
    expected += tunnel.carry(make.bulkTcp4(), 4, NOW) == 4 * 48 ? 0 : 1;
    expected += tunnel.carry(make.bulkTcp6(), 4, NOW) == 4 * 49 ? 0 : 1;
    expected += tunnel.carry(make.bulkUdp(false, 1380), 2, NOW) == 2 * 47 ? 0 : 1;
    expected += tunnel.carry(make.bulkUdp(true, 64), 2, NOW) == 2 * 64 ? 0 : 1;
    expected += tunnel.carry(make.datagram(true, 1300), 100, NOW) == 100 ? 0 : 1;
    expected += tunnel.carry(make.acknowledgement(true), 100, NOW) == 100 ? 0 : 1;
    assertThat(expected).as("kinds that did not arrive whole").isZero();
    assertThat(tunnel.drops()).isZero();
  }
}
