package io.taltun.dataplane;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what the current thread allocates. */
public final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /** The bytes that the last of many runs allocated: 0 once warm for code that never allocates. */
  public static long afterWarmUp(Runnable action) {
    long bytes = 0;
    for (int run = 0; run < 50; run++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      action.run();
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    return bytes;
  }
}
