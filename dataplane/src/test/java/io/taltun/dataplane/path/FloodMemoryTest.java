package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.Initiation;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.udp.SocketAddress;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Trap 32: what a worker keeps for later has a bound, and nothing is taken beyond it. */
class FloodMemoryTest {
  private static final long NOW = 1_000;
  private static final int LENGTH = 100;
  private static final int PEERS = 2 * WaitingPackets.SLOTS / WaitingPackets.PER_PEER;
  private static final int ROUND = 2_000;

  /** Rounds after which something is taken to have no bound: 20 MB of packets. */
  private static final int MOST = 200_000;

  @AutoClose private final PathPair pair = new PathPair();
  @AutoClose private final Tap tap = new Tap();
  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long[] packets = new long[PEERS];
  private final long initiation = arena.allocate(Initiation.LENGTH, 8).address();
  private final long source = arena.allocate(Arrival.SIZE, 8).address();

  @Test
  void shouldTakeNoMoreMemoryWhenNobodyAnswersAndEverybodyKnocks() {
    for (int i = 0; i < PEERS; i++) {
      String address = "10.1.0." + i;
      pair.a.addPeer(pair.b.ipv4(), address);
      packets[i] = arena.allocate(LENGTH, 8).address();
      NativeMemory.copy(packet(A4, address, LENGTH), 0, packets[i], LENGTH);
    }
    NativeMemory.putByte(initiation, (byte) 1);
    SocketAddress.write(tap.endpoint(), source);
    int[] next = new int[1];
    while (next[0] < MOST
        && (notFull(DropReason.WAITING_FULL) || notFull(DropReason.HANDSHAKE_QUEUE_FULL))) {
      flood(next[0]++);
    }
    assertThat(next[0]).isLessThan(MOST);
    int handshakes = pair.a.control.newcomers().size();

    long bytes =
        Allocation.afterWarmUp(
            () -> {
              for (int i = 0; i < ROUND; i++) {
                flood(next[0]++);
              }
            });

    assertThat(bytes).isZero();
    assertThat(pair.a.control.newcomers().size()).isEqualTo(handshakes);
    assertThat(pair.a.control.reports().size()).isEqualTo(PEERS);
  }

  private boolean notFull(DropReason reason) {
    return pair.a.count(reason) == 0;
  }

  private void flood(int i) {
    pair.a.wire.give(packets[i % PEERS], LENGTH);
    while (pair.a.outbound.poll(NOW)) {
      // until none is left
    }
    pair.a.inbound.accept(initiation, Initiation.LENGTH, source, NOW);
  }
}
