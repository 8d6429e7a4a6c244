package io.taltun.dataplane.path;

import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.A6;
import static io.taltun.dataplane.path.PathPair.B4;
import static io.taltun.dataplane.path.PathPair.B6;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Packets;
import io.taltun.dataplane.counter.Counter;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class ZeroAllocationTest {
  private static final int WARM_UP = 200_000;
  private static final int PACKETS = 1_000_000;

  /** Packets that move at once: together they fit the buffer of a socket. */
  private static final int BURST = 32;

  private static final int ROOM = 2048;

  @Test
  void shouldAllocateNothingWhenAMillionPacketsCrossBothPaths() {
    assumeTrue(
        Primitives.best().aead().engine().startsWith("libcrypto"), "skipped: libcrypto not found");
    try (PathPair pair = new PathPair();
        Arena arena = Arena.ofConfined()) {
      pair.connect();
      // Over IPv4 one way and over IPv6 the other.
      pair.peerA.setEndpoint(pair.a.ipv6());
      pair.peerB.setEndpoint(pair.b.ipv4());
      Load there = new Load(arena, A4, B4, A6, B6);
      Load back = new Load(arena, B4, A4, B6, A6);

      move(pair, there, back, WARM_UP);
      long allocated =
          Allocation.least(Thread.currentThread(), () -> move(pair, there, back, PACKETS));

      assertThat(allocated).as("bytes for %d packets", PACKETS).isZero();
      long moved =
          pair.a.count(Counter.TUN_WRITTEN_PACKETS) + pair.b.count(Counter.TUN_WRITTEN_PACKETS);
      assertThat(moved).isGreaterThanOrEqualTo(PACKETS + WARM_UP);
      assertThat(pair.a.drops() + pair.b.drops()).isZero();
    }
  }

  private static void move(PathPair pair, Load there, Load back, int packets) {
    for (int moved = 0; moved < packets; moved += 2 * BURST) {
      cross(pair.a, pair.b, there, moved);
      cross(pair.b, pair.a, back, moved);
    }
  }

  private static void cross(Side from, Side to, Load load, long nowNs) {
    for (int i = 0; i < BURST; i++) {
      int which = i % Load.KINDS;
      from.wire.give(load.address(which), load.lengths[which]);
    }
    from.outbound.poll(nowNs);
    to.receive(BURST, nowNs);
    for (int i = 0; i < BURST; i++) {
      if (to.wire.take(load.room, ROOM) != load.lengths[i % Load.KINDS]) {
        throw new AssertionError("a packet is missing");
      }
    }
  }

  /** One packet of each kind, in native memory. */
  private static final class Load {
    static final int KINDS = 4;

    final int[] lengths = new int[KINDS];
    final long base;
    final long room;

    Load(Arena arena, String from4, String to4, String from6, String to6) {
      base = arena.allocate(KINDS * ROOM, 64).address();
      room = arena.allocate(ROOM, 64).address();
      put(0, Packets.packet(from4, to4, 29));
      put(1, Packets.packet(from6, to6, 61));
      put(2, Packets.packet(from4, to4, 1400));
      put(3, Packets.packet(from6, to6, 1400));
    }

    private void put(int kind, byte[] packet) {
      lengths[kind] = packet.length;
      NativeMemory.copy(packet, 0, address(kind), packet.length);
    }

    long address(int kind) {
      return base + kind * ROOM;
    }
  }
}
