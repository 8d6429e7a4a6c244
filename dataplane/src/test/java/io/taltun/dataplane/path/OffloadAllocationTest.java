package io.taltun.dataplane.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.memory.MadeUpPackets;
import io.taltun.dataplane.memory.MadeUpPackets.Made;
import io.taltun.dataplane.memory.MemoryTun;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** Every offload on, sockets real, both ways: large packets cross without an allocation. */
class OffloadAllocationTest {
  private static final int WARM_UP = 300_000;
  private static final int PACKETS = 1_000_000;

  private final MemoryTun tunOfA = new MemoryTun();
  private final MemoryTun tunOfB = new MemoryTun();

  @Test
  void shouldAllocateNothingWhenAMillionPacketsCrossInLargeOnes() {
    assumeTrue(
        Primitives.best().aead().engine().startsWith("libcrypto"), "skipped: libcrypto not found");
    try (PathPair pair =
            new PathPair(new Side(tunOfA, true, true, true), new Side(tunOfB, true, true, true));
        Arena arena = Arena.ofConfined()) {
      pair.connect();
      // Over IPv4 one way and over IPv6 the other.
      pair.peerA.setEndpoint(pair.a.ipv6());
      Made[] there = loads(new MadeUpPackets(arena));
      Made[] back = loads(new MadeUpPackets(arena));
      for (Made made : back) {
        turnAround(made.header() + VirtioNetHeader.LENGTH);
      }
      move(pair, there, back, WARM_UP);
      long before = written(pair);
      long allocated =
          Allocation.least(Thread.currentThread(), () -> move(pair, there, back, PACKETS));

      assertThat(allocated).as("bytes for %d packets", PACKETS).isZero();
      assertThat(written(pair) - before).isGreaterThanOrEqualTo(PACKETS);
      assertThat(pair.a.drops() + pair.b.drops()).isZero();
      assertThat(pair.a.count(Counter.UDP_SENT_MESSAGES))
          .isLessThan(pair.a.count(Counter.UDP_SENT_DATAGRAMS) / 8);
      assertThat(pair.b.count(Counter.TUN_WRITES))
          .isLessThan(pair.b.count(Counter.TUN_WRITTEN_PACKETS) / 8);
    }
  }

  private static Made[] loads(MadeUpPackets make) {
    return new Made[] {
      make.bulkTcp4(),
      make.bulkUdp(true, 1380),
      make.bulkTcp6(),
      make.bulkUdp(false, 64),
      make.acknowledgement(false),
      make.datagram(true, 1300),
    };
  }

  /** Swaps the addresses; no sum changes by it. */
  private static void turnAround(long packet) {
    boolean ipv4 = NativeMemory.getByte(packet) >>> 4 == 4;
    int length = ipv4 ? 4 : 16;
    long source = packet + (ipv4 ? 12 : 8);
    byte[] address = NativeMemory.toBytes(source, length);
    NativeMemory.copy(source + length, source, length);
    NativeMemory.copy(address, 0, source + length, length);
  }

  private static long written(PathPair pair) {
    return pair.a.count(Counter.TUN_WRITTEN_PACKETS) + pair.b.count(Counter.TUN_WRITTEN_PACKETS);
  }

  private void move(PathPair pair, Made[] there, Made[] back, int packets) {
    long until = written(pair) + packets;
    for (int i = 0; written(pair) < until; i++) {
      cross(pair.a, tunOfA, pair.b, there[i % there.length], i);
      cross(pair.b, tunOfB, pair.a, back[i % back.length], i);
    }
  }

  private static void cross(Side from, MemoryTun tun, Side to, Made made, long nowNs) {
    long before = from.count(Counter.UDP_SENT_DATAGRAMS);
    tun.give(made.header(), made.length(), 1);
    from.outbound.poll(nowNs);
    to.receive((int) (from.count(Counter.UDP_SENT_DATAGRAMS) - before), nowNs);
  }
}
