package io.taltun.daemon.cli;

import java.util.Locale;

/** Numbers as people read them. */
public final class Quantities {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Quantities() {}

  /** {@code 0 B}, {@code 1.50 MiB}, {@code 12.3 GiB}, {@code 456 KiB}: three digits. */
  public static String bytes(long count) {
    double value = count;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    int decimals = unit == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f %s", value, UNITS[unit]);
  }

  /** {@code 5s}, {@code 3m 20s}, {@code 2h 5m}, {@code 4d 3h}. */
  public static String duration(long seconds) {
    if (seconds < MINUTE) {
      return seconds + "s";
    }
    if (seconds < HOUR) {
      return two(seconds / MINUTE, "m", seconds % MINUTE, "s");
    }
    return seconds < DAY
        ? two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "m")
        : two(seconds / DAY, "d", seconds % DAY / HOUR, "h");
  }

  /** {@code 0.45 ms}, {@code 12.3 ms}, {@code 1.20 s}. */
  public static String roundTrip(long nanoseconds) {
    double ms = nanoseconds / 1e6;
    return ms < 9.995
        ? String.format(Locale.ROOT, "%.2f ms", ms)
        : ms < 999.5
            ? String.format(Locale.ROOT, ms < 99.95 ? "%.1f ms" : "%.0f ms", ms)
            : String.format(Locale.ROOT, "%.2f s", ms / 1000);
  }

  /** {@code 0%}, {@code 0.2%}, {@code 12%} of a share from 0 to 1. */
  public static String share(double share) {
    double percent = share * 100;
    return percent == 0
        ? "0%"
        : percent < 0.1
            ? "<0.1%"
            : String.format(Locale.ROOT, percent < 9.95 ? "%.1f%%" : "%.0f%%", percent);
  }

  private static String two(long large, String largeUnit, long small, String smallUnit) {
    return large + largeUnit + (small == 0 ? "" : " " + small + smallUnit);
  }
}
