package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.fuzz.Finding;
import io.taltun.fuzz.Fuzzing;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The testers, tested: stand-ins with one bug each are found with the budget of the tests. */
@Tag("fuzz")
class PlantedBugsTest {
  @Test
  void shouldFindAParserWhenItBelievesALengthThatIsOneTooLong() {
    InnerPacketTarget.Validator broken =
        (packet, length) -> {
          int valid = Ip.validate(packet, length + 1);
          return valid > length + 1 ? Ip.MALFORMED : valid;
        };
    try (InnerPacketTarget target = new InnerPacketTarget(broken)) {
      assertThatThrownBy(() -> Fuzzing.test(target)).isInstanceOf(Finding.class);
    }
  }

  @Test
  void shouldFindACoalescerWhenItJoinsPacketsOfDifferentHopLimits() {
    try (CoalescerTarget target = new CoalescerTarget(HopBlind::new)) {
      assertThatThrownBy(() -> Fuzzing.test(target)).isInstanceOf(Finding.class);
    }
  }

  @Test
  void shouldFindACoalescerWhenItForgetsTheOrderBehindAFragment() {
    try (CoalescerTarget target = new CoalescerTarget(Overtaking::new)) {
      assertThatThrownBy(() -> Fuzzing.test(target)).isInstanceOf(Finding.class);
    }
  }

  /** Gives an IPv6 packet the hop limit of the one before it, as if it did not look there. */
  private static final class HopBlind implements CoalescerTarget.Joiner {
    private final Coalescer coalescer;
    private int last;

    HopBlind(Arena arena, TunQueue tun, Counters counters) {
      coalescer = new Coalescer(arena, tun, counters, true, true);
    }

    @Override
    public void add(long packet, int length) {
      if (Ip.version(packet) == Ip.V6 && TransportKind.of(packet, length) == TransportKind.TCP6) {
        int hops = Ipv6.hopLimit(packet);
        if (last != 0) {
          NativeMemory.putByte(packet + Ipv6.HOP_LIMIT, (byte) last);
        }
        last = hops;
      }
      coalescer.add(packet, length);
    }

    @Override
    public void flush() {
      coalescer.flush();
      last = 0;
    }
  }

  /** Writes a packet of no kind at once, before what is open. */
  private static final class Overtaking implements CoalescerTarget.Joiner {
    private final Coalescer coalescer;
    private final Coalescer atOnce;

    Overtaking(Arena arena, TunQueue tun, Counters counters) {
      coalescer = new Coalescer(arena, tun, counters, true, true);
      atOnce = new Coalescer(arena, tun, counters, false, false);
    }

    @Override
    public void add(long packet, int length) {
      boolean none = TransportKind.of(packet, length) == TransportKind.NONE;
      (none ? atOnce : coalescer).add(packet, length);
    }

    @Override
    public void flush() {
      coalescer.flush();
    }
  }
}
