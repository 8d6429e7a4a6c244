package io.taltun.daemon.gateway;

import io.taltun.dataplane.os.CpuAffinity;
import java.util.List;

/**
 * The CPUs that this process can use.
 *
 * @param allowed their numbers, from the affinity mask, ascending; empty when not known
 * @param count how many can be busy at once; a cgroup quota can make it fewer than are allowed
 */
record UsableCpus(List<Integer> allowed, int count) {
  UsableCpus {
    allowed = List.copyOf(allowed);
    if (count < 1) {
      throw new IllegalArgumentException("at least one CPU runs this");
    }
  }

  /** As the kernel and the JVM see it now; the calling thread must not be bound to a CPU. */
  static UsableCpus now() {
    return of(CpuAffinity.allowed(), Runtime.getRuntime().availableProcessors());
  }

  /**
   * @param jvm the JVM's count, which knows the cgroup's quota and {@code -XX:ActiveProcessorCount}
   */
  static UsableCpus of(List<Integer> allowed, int jvm) {
    return new UsableCpus(allowed, allowed.isEmpty() ? jvm : Math.min(jvm, allowed.size()));
  }

  /** Whether a quota, not the mask, is the limit. */
  boolean shared() {
    return count < allowed.size();
  }
}
