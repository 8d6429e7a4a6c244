package io.taltun.daemon.gateway;

import io.taltun.config.Pinning;
import io.taltun.config.Workers;
import io.taltun.dataplane.os.CpuAffinity;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many workers carry packets, and where.
 *
 * @param mode a name for it
 * @param cpus for worker i the CPU that it is bound to, or {@link CpuAffinity#ANY}
 */
record WorkerPlan(WorkerMode mode, List<Integer> cpus) {
  /** Usable CPUs from which on workers are bound without being told to. */
  static final int LEAST_CPUS_TO_PIN = 4;

  WorkerPlan {
    cpus = List.copyOf(cpus);
  }

  /** What the hardware suggests, unless the configuration says otherwise. */
  static WorkerPlan of(UsableCpus usable, Workers configured, Pinning pinning) {
    int workers = configured.resolve(usable.count());
    List<Integer> cpus =
        pins(usable, workers, pinning)
            ? IntStream.range(0, workers)
                .mapToObj(i -> usable.allowed().get(i % usable.allowed().size()))
                .toList()
            : Collections.nCopies(workers, CpuAffinity.ANY);
    return new WorkerPlan(mode(usable, cpus), cpus);
  }

  /**
   * Whether workers are bound. Automatic pinning wants a CPU for each of several workers: a worker
   * alone is better off where the scheduler finds room, two on one CPU would wait for each other
   * beside an idle one. On two or three CPUs the workers share each of them with everything else
   * that runs, which a bound worker cannot make way for (decision 0005 has the figures). Under a
   * quota the CPUs belong to others as well, who may all have been given the same first ones.
   */
  private static boolean pins(UsableCpus usable, int workers, Pinning pinning) {
    int cpus = usable.allowed().size();
    if (cpus < 2) {
      return false; // nothing to choose from
    }
    return switch (pinning) {
      case ON -> true;
      case OFF -> false;
      case AUTO -> workers > 1 && workers <= cpus && cpus >= LEAST_CPUS_TO_PIN && !usable.shared();
    };
  }

  private static WorkerMode mode(UsableCpus usable, List<Integer> cpus) {
    if (cpus.size() == 1) {
      return usable.count() == 1 ? WorkerMode.SINGLE : WorkerMode.FORCED_SINGLE;
    }
    return cpus.contains(CpuAffinity.ANY) ? WorkerMode.SHARDED : WorkerMode.PINNED;
  }

  int workers() {
    return cpus.size();
  }

  /** Whether the workers are to be bound. */
  boolean pinned() {
    return !cpus.contains(CpuAffinity.ANY);
  }

  /** The same workers, bound to nothing: what is left when the kernel does not let us. */
  WorkerPlan unpinned() {
    return new WorkerPlan(
        mode == WorkerMode.PINNED ? WorkerMode.SHARDED : mode,
        Collections.nCopies(cpus.size(), CpuAffinity.ANY));
  }
}
