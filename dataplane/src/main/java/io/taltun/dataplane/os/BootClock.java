package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;

/**
 * CLOCK_BOOTTIME: monotonic, and counting while the machine is suspended, so that keys expire in a
 * sleeping laptop too (trap 20). One instance a thread: it owns a 16-byte {@code struct timespec},
 * kept for the life of the process.
 */
public final class BootClock implements NanoClock {
  private static final int CLOCK_BOOTTIME = 7;

  private final long timespec = Arena.global().allocate(16, 8).address();

  @Override
  public long nowNs() {
    Syscall.clockGettime(CLOCK_BOOTTIME, timespec);
    return NativeMemory.getLong(timespec) * 1_000_000_000L + NativeMemory.getLong(timespec + 8);
  }
}
