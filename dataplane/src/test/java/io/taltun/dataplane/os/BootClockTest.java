package io.taltun.dataplane.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BootClockTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final BootClock clock = new BootClock();

  @Test
  void shouldAdvanceAndNeverGoBackWhenReadAgain() {
    long first = clock.nowNs();
    long last = first;
    while (last == first) {
      last = clock.nowNs();
      assertThat(last - first).isGreaterThanOrEqualTo(0);
    }
    for (int i = 0; i < 10_000; i++) {
      long next = clock.nowNs();
      assertThat(next - last).isGreaterThanOrEqualTo(0);
      last = next;
    }
  }

  /** Trap 20: /proc/uptime is the boot time clock in seconds. */
  @Test
  void shouldCountFromTheStartOfTheMachineWhenCompared() throws IOException {
    String uptime = Files.readString(Path.of("/proc/uptime")).split(" ")[0];
    assertThat(clock.nowNs() / SECOND_NS)
        .isBetween((long) Double.parseDouble(uptime) - 1, (long) Double.parseDouble(uptime) + 5);
  }
}
