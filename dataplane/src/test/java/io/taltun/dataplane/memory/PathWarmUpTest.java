package io.taltun.dataplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class PathWarmUpTest {
  private static final long NOW = 1_000;

  @AutoClose private final Arena arena = Arena.ofConfined();
  @AutoClose private final MemoryTunnel tunnel = new MemoryTunnel(Primitives.best().aead());
  private final MadeUpPackets make = new MadeUpPackets(arena);

  @Test
  void shouldCarryPacketsUntilTheTimeIsOver() {
    AtomicLong readings = new AtomicLong();
    assertThat(PathWarmUp.run(Primitives.best().aead(), 50, readings::incrementAndGet))
        .isPositive();
    assertThat(readings.get()).isGreaterThan(50);
  }

  @Test
  void shouldMeetEveryKindOfDisturbanceOnce() {
    tunnel.disturb(new Disturbance(arena, MemoryTunnel.RIGHT_INDEX), NOW);
    Counters counters = tunnel.right().counters();
    assertThat(counters.get(DropReason.TOO_SHORT)).isEqualTo(3);
    assertThat(counters.get(DropReason.UNKNOWN_TYPE)).isOne();
    assertThat(counters.get(DropReason.UNKNOWN_INDEX)).isOne();
    assertThat(counters.get(DropReason.NOT_AUTHENTIC)).isOne();
    assertThat(counters.get(DropReason.BAD_LENGTH)).isOne();
    assertThat(counters.get(Counter.HANDSHAKE_MESSAGES)).isOne();
  }

  @Test
  void shouldLoseNothingWhenPacketsWaitedForASession() {
    long before = tunnel.delivered();
    tunnel.carryAfterWaiting(make.pushed(true, 30_000), NOW);
    // 30,000 bytes of payload, 1,348 in each packet
    assertThat(tunnel.delivered() - before).isEqualTo(23);
    assertThat(tunnel.right().counters().get(Counter.KEEPALIVES_RECEIVED)).isOne();
    assertThat(tunnel.drops()).isZero();
  }
}
