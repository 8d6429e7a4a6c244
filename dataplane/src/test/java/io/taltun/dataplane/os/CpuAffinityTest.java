package io.taltun.dataplane.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class CpuAffinityTest {
  /** Whatever is bound here ends with its thread. */
  private static <T> T onItsOwnThread(Callable<T> call) throws Exception {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofPlatform().start(task);
    return task.get();
  }

  /** The kernel's own list of the calling thread's CPUs, such as {@code 0-3,8}. */
  private static List<Integer> listOfTheKernel() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
            .filter(each -> each.startsWith("Cpus_allowed_list:"))
            .findFirst()
            .orElseThrow();
    List<Integer> cpus = new ArrayList<>();
    for (String range : line.substring(line.indexOf(':') + 1).strip().split(",")) {
      String[] ends = range.split("-");
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return cpus;
  }

  @Test
  void shouldNameTheCpusThatTheKernelNames() throws Exception {
    assertThat(CpuAffinity.allowed()).isNotEmpty().isEqualTo(listOfTheKernel());
  }

  @Test
  void shouldBindTheCallingThreadOnlyWhenAsked() throws Exception {
    List<Integer> before = CpuAffinity.allowed();
    for (int cpu : before) {
      List<Integer> bound =
          onItsOwnThread(
              () -> {
                assertThat(CpuAffinity.bind(cpu)).isZero();
                assertThat(listOfTheKernel()).containsExactly(cpu);
                return CpuAffinity.allowed();
              });
      assertThat(bound).containsExactly(cpu);
    }
    assertThat(CpuAffinity.allowed()).isEqualTo(before);
  }

  @Test
  void shouldKeepEveryCpuOfAMaskWhenNumbersAreLargeAndHaveGaps() {
    List<Integer> cpus = List.of(0, 5, 63, 64, 127, 128, 1023, 1024, 8191);
    try (Arena arena = Arena.ofConfined()) {
      long mask = CpuAffinity.mask(arena);
      assertThat(CpuAffinity.members(mask)).isEmpty();
      cpus.forEach(cpu -> CpuAffinity.add(mask, cpu));
      assertThat(CpuAffinity.members(mask)).isEqualTo(cpus);
      // The kernel's unsigned longs.
      assertThat(NativeMemory.getLong(mask)).isEqualTo(1 | 1 << 5 | Long.MIN_VALUE);
      assertThat(NativeMemory.getLong(mask + 8)).isEqualTo(1 | Long.MIN_VALUE);
    }
  }

  @Test
  void shouldGiveTheErrorBackWhenTheCpuIsNotThere() throws Exception {
    List<Integer> before = CpuAffinity.allowed();
    for (int cpu : new int[] {CpuAffinity.ANY, Integer.MIN_VALUE, 8191, 8192, Integer.MAX_VALUE}) {
      int result = onItsOwnThread(() -> CpuAffinity.bind(cpu));
      assertThat(result).as("CPU %d", cpu).isEqualTo(-Errno.EINVAL);
    }
    assertThat(CpuAffinity.allowed()).isEqualTo(before);
  }
}
