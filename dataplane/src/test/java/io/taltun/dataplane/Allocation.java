package io.taltun.dataplane;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what the current thread allocates. */
public final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /**
   * The least that one of many runs allocated, the first ones apart: 0 for code that never
   * allocates, though a late compilation links something once.
   */
  public static long afterWarmUp(Runnable action) {
    long least = Long.MAX_VALUE;
    for (int run = 0; run < 50; run++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      action.run();
      if (run >= 40) {
        least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      }
    }
    return least;
  }

  /**
   * The least that a thread allocates in a run, of at most three runs: 0 for code that never
   * allocates, though a late compilation links something once.
   */
  public static long least(Thread thread, Runnable run) {
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 3 && least != 0; attempt++) {
      long before = THREADS.getThreadAllocatedBytes(thread.threadId());
      if (before < 0) {
        throw new AssertionError("this JVM does not count what a thread allocates");
      }
      run.run();
      long after = THREADS.getThreadAllocatedBytes(thread.threadId());
      least = Math.min(least, after - before);
    }
    return least;
  }
}
