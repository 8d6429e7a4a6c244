package io.taltun.dataplane.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

  /**
   * Trap 20: a machine that was never suspended has two clocks that agree. In a time namespace the
   * boot time clock alone is moved, as a suspension moves it.
   */
  @Test
  void shouldCountTheTimeOfASuspensionWhenTheOtherClockDoesNot() throws Exception {
    Path unshare = Path.of("/usr/bin/unshare");
    assumeTrue(
        Files.isExecutable(unshare) && Files.exists(Path.of("/proc/self/ns/time")),
        "skipped: needs time namespaces and unshare(1)");
    long awayS = 1_000_000;
    Process child =
        new ProcessBuilder(
                unshare.toString(),
                "--time",
                "--boottime",
                Long.toString(awayS),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                PrintedClock.class.getName())
            .redirectErrorStream(true)
            .start();
    String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assumeTrue(!printed.contains("Operation not permitted"), "skipped: needs root");
    long aheadS = Long.parseLong(printed.strip()) - clock.nowNs() / SECOND_NS;
    assertThat(aheadS).isBetween(awayS - 600, awayS + 600);
  }

  /** Prints the clock in seconds. */
  static final class PrintedClock {
    private PrintedClock() {}

    /** In a process of its own. */
    public static void main(String[] args) {
      System.out.println(new BootClock().nowNs() / SECOND_NS);
    }
  }
}
