package io.taltun.daemon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.Pinning;
import io.taltun.config.Workers;
import io.taltun.dataplane.os.CpuAffinity;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WorkerPlanTest {
  private static final int ANY = CpuAffinity.ANY;

  private static final UsableCpus UNKNOWN_ONE = UsableCpus.of(List.of(), 1);
  private static final UsableCpus UNKNOWN_TWO = UsableCpus.of(List.of(), 2);
  private static final UsableCpus ONE = UsableCpus.of(List.of(5), 1);
  private static final UsableCpus TWO = UsableCpus.of(List.of(3, 70), 2);
  private static final UsableCpus FOUR = UsableCpus.of(List.of(0, 1, 2, 3), 4);
  private static final UsableCpus FOUR_ONE_AT_ONCE = UsableCpus.of(List.of(0, 1, 2, 3), 1);
  private static final UsableCpus FOUR_TWO_AT_ONCE = UsableCpus.of(List.of(0, 1, 2, 3), 2);

  /** CPUs, `workers` (0 is auto), `pinning`, and the plan: its mode, a CPU for each worker. */
  static Stream<Arguments> plans() {
    return Stream.of(
        plan(ONE, 0, Pinning.AUTO, WorkerMode.SINGLE, ANY),
        plan(ONE, 0, Pinning.ON, WorkerMode.SINGLE, ANY),
        plan(ONE, 0, Pinning.OFF, WorkerMode.SINGLE, ANY),
        plan(ONE, 1, Pinning.AUTO, WorkerMode.SINGLE, ANY),
        plan(ONE, 2, Pinning.AUTO, WorkerMode.SHARDED, ANY, ANY),
        plan(ONE, 2, Pinning.ON, WorkerMode.SHARDED, ANY, ANY),
        plan(ONE, 2, Pinning.OFF, WorkerMode.SHARDED, ANY, ANY),
        plan(TWO, 0, Pinning.AUTO, WorkerMode.SHARDED, ANY, ANY),
        plan(TWO, 0, Pinning.ON, WorkerMode.PINNED, 3, 70),
        plan(TWO, 0, Pinning.OFF, WorkerMode.SHARDED, ANY, ANY),
        plan(TWO, 1, Pinning.AUTO, WorkerMode.FORCED_SINGLE, ANY),
        plan(TWO, 1, Pinning.ON, WorkerMode.FORCED_SINGLE, 3),
        plan(TWO, 1, Pinning.OFF, WorkerMode.FORCED_SINGLE, ANY),
        plan(TWO, 2, Pinning.AUTO, WorkerMode.SHARDED, ANY, ANY),
        plan(TWO, 3, Pinning.AUTO, WorkerMode.SHARDED, ANY, ANY, ANY),
        plan(TWO, 3, Pinning.ON, WorkerMode.PINNED, 3, 70, 3),
        plan(TWO, 3, Pinning.OFF, WorkerMode.SHARDED, ANY, ANY, ANY),
        plan(FOUR, 0, Pinning.AUTO, WorkerMode.PINNED, 0, 1, 2, 3),
        plan(FOUR, 2, Pinning.AUTO, WorkerMode.PINNED, 0, 1),
        plan(FOUR, 2, Pinning.OFF, WorkerMode.SHARDED, ANY, ANY),
        plan(FOUR_ONE_AT_ONCE, 0, Pinning.AUTO, WorkerMode.SINGLE, ANY),
        plan(FOUR_ONE_AT_ONCE, 0, Pinning.ON, WorkerMode.SINGLE, 0),
        plan(FOUR_ONE_AT_ONCE, 2, Pinning.AUTO, WorkerMode.SHARDED, ANY, ANY),
        plan(FOUR_TWO_AT_ONCE, 0, Pinning.AUTO, WorkerMode.SHARDED, ANY, ANY),
        plan(FOUR_TWO_AT_ONCE, 0, Pinning.ON, WorkerMode.PINNED, 0, 1),
        plan(FOUR_TWO_AT_ONCE, 0, Pinning.OFF, WorkerMode.SHARDED, ANY, ANY),
        plan(FOUR_TWO_AT_ONCE, 1, Pinning.AUTO, WorkerMode.FORCED_SINGLE, ANY),
        plan(UNKNOWN_ONE, 0, Pinning.ON, WorkerMode.SINGLE, ANY),
        plan(UNKNOWN_TWO, 0, Pinning.AUTO, WorkerMode.SHARDED, ANY, ANY),
        plan(UNKNOWN_TWO, 0, Pinning.ON, WorkerMode.SHARDED, ANY, ANY),
        plan(UNKNOWN_TWO, 1, Pinning.AUTO, WorkerMode.FORCED_SINGLE, ANY));
  }

  private static Arguments plan(
      UsableCpus usable, int workers, Pinning pinning, WorkerMode mode, Integer... cpus) {
    return Arguments.of(usable, new Workers(workers), pinning, mode, List.of(cpus));
  }

  @ParameterizedTest
  @MethodSource("plans")
  void shouldPlanWhenGivenCpusAndConfiguration(
      UsableCpus usable, Workers workers, Pinning pinning, WorkerMode mode, List<Integer> cpus) {
    WorkerPlan plan = WorkerPlan.of(usable, workers, pinning);

    assertThat(plan).isEqualTo(new WorkerPlan(mode, cpus));
    assertThat(plan.workers()).isEqualTo(cpus.size());
    assertThat(plan.pinned()).isEqualTo(!cpus.contains(ANY));
  }

  @Test
  void shouldBindNothingAndSayItWhenPinningIsTakenBack() {
    assertThat(WorkerPlan.of(TWO, Workers.AUTO, Pinning.ON).unpinned())
        .isEqualTo(new WorkerPlan(WorkerMode.SHARDED, List.of(ANY, ANY)));
    assertThat(WorkerPlan.of(TWO, new Workers(1), Pinning.ON).unpinned())
        .isEqualTo(new WorkerPlan(WorkerMode.FORCED_SINGLE, List.of(ANY)));
  }

  @Test
  void shouldTakeAsManyWorkersAsTheDeviceHasQueuesWhenThereAreMoreCpus() {
    assertThat(WorkerPlan.of(UsableCpus.of(List.of(), 300), Workers.AUTO, Pinning.AUTO).workers())
        .isEqualTo(Workers.MOST);
  }

  @Test
  void shouldCountTheCpusOfTheMaskWhenTheJvmCountsMore() {
    assertThat(UsableCpus.of(List.of(2, 4), 8)).isEqualTo(new UsableCpus(List.of(2, 4), 2));
    assertThat(UsableCpus.of(List.of(2, 4), 8).shared()).isFalse();
    assertThat(FOUR_TWO_AT_ONCE.shared()).isTrue();
    assertThat(UNKNOWN_TWO.shared()).isFalse();
  }

  @Test
  void shouldFindTheCpusOfThisProcess() {
    UsableCpus now = UsableCpus.now();
    assertThat(now.allowed()).isEqualTo(CpuAffinity.allowed());
    assertThat(now.count()).isBetween(1, now.allowed().size());
  }
}
