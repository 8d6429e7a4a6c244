package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Which CPUs the calling thread may run on (sched_setaffinity(2)). CPU numbers may have gaps. For
 * the start of a thread, not the packet path: each call allocates its mask.
 */
public final class CpuAffinity {
  /** No CPU in particular. */
  public static final int ANY = -1;

  /** The kernel's most CPUs (NR_CPUS on x86-64); it refuses to fill a mask shorter than its own. */
  private static final int MOST_CPUS = 8192;

  private static final int MASK_SIZE = MOST_CPUS / Byte.SIZE;

  private CpuAffinity() {}

  /** The CPUs' numbers, ascending; empty when the kernel does not say. */
  public static List<Integer> allowed() {
    try (Arena arena = Arena.ofConfined()) {
      long mask = mask(arena);
      return Syscall.getAffinity(mask, MASK_SIZE) < 0 ? List.of() : members(mask);
    }
  }

  /**
   * Binds the calling thread, and threads that it starts later, to one CPU.
   *
   * @return 0, or {@code -errno}: EINVAL for a CPU that is not there or not for us
   */
  public static int bind(int cpu) {
    if (cpu < 0 || cpu >= MOST_CPUS) {
      return -Errno.EINVAL;
    }
    try (Arena arena = Arena.ofConfined()) {
      long mask = mask(arena);
      add(mask, cpu);
      return Syscall.setAffinity(mask, MASK_SIZE);
    }
  }

  // A mask is an array of unsigned long in the host's order: CPU n is bit n % 64 of word n / 64.

  /** An empty mask. */
  static long mask(Arena arena) {
    return arena.allocate(MASK_SIZE, Long.BYTES).address();
  }

  static void add(long mask, int cpu) {
    long address = wordAddress(mask, cpu);
    NativeMemory.putLong(address, NativeMemory.getLong(address) | 1L << cpu);
  }

  static List<Integer> members(long mask) {
    List<Integer> cpus = new ArrayList<>();
    for (int cpu = 0; cpu < MOST_CPUS; cpu++) {
      if ((NativeMemory.getLong(wordAddress(mask, cpu)) >>> cpu & 1) != 0) {
        cpus.add(cpu);
      }
    }
    return List.copyOf(cpus);
  }

  private static long wordAddress(long mask, int cpu) {
    return mask + (long) (cpu / Long.SIZE) * Long.BYTES;
  }
}
