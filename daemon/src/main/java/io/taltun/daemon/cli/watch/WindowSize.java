package io.taltun.daemon.cli.watch;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;

/**
 * How large standard output's terminal is.
 *
 * @param columns at least 1
 * @param rows at least 1
 */
record WindowSize(int columns, int rows) {
  /** VT100's. */
  static final WindowSize USUAL = new WindowSize(80, 24);

  private static final long TIOCGWINSZ = 0x5413;
  private static final int STRUCT_WINSIZE = 8;

  /** Asks the terminal, which may have another size than a moment ago; ioctl_tty(2). */
  static WindowSize ofOutput() {
    try (Arena arena = Arena.ofConfined()) {
      long size = arena.allocate(STRUCT_WINSIZE, 8).address();
      if (Syscall.ioctl(1, TIOCGWINSZ, size) < 0) {
        return USUAL;
      }
      int rows = Short.toUnsignedInt(NativeMemory.getShort(size));
      int columns = Short.toUnsignedInt(NativeMemory.getShort(size + 2));
      // A serial line knows neither.
      return rows == 0 || columns == 0 ? USUAL : new WindowSize(columns, rows);
    }
  }
}
