package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;

/**
 * CLOCK_THREAD_CPUTIME_ID: the time that the calling thread had a processor. One instance a thread:
 * it owns a 16-byte {@code struct timespec}, kept for the life of the process.
 */
public final class ThreadCpuClock implements NanoClock {
  private static final int CLOCK_THREAD_CPUTIME_ID = 3;

  private final long timespec = Arena.global().allocate(16, 8).address();

  @Override
  public long nowNs() {
    Syscall.clockGettime(CLOCK_THREAD_CPUTIME_ID, timespec);
    return NativeMemory.getLong(timespec) * 1_000_000_000L + NativeMemory.getLong(timespec + 8);
  }
}
