package io.taltun.config;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes, which always carry their unit: {@code 25s}, {@code 2m}, {@code 1GiB}. */
final class Units {
  private static final Pattern AMOUNT = Pattern.compile("(0|[1-9][0-9]{0,18})\\s?([A-Za-z]*)");

  private static final Map<String, Long> SECONDS = Map.of("s", 1L, "m", 60L, "h", 3600L);

  private static final Map<String, Long> BYTES =
      Map.of(
          "B",
          1L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30,
          "TiB",
          1L << 40,
          "kB",
          1_000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "TB",
          1_000_000_000_000L);

  private Units() {}

  /** {@code off} or whole seconds, minutes, hours within the keepalive's range. */
  static Duration keepalive(String text) {
    if (text.equals("off")) {
      return Duration.ZERO;
    }
    long seconds = amount(text, SECONDS, "a duration with its unit like 25s or 2m, or off");
    if (seconds < 1 || seconds > PeerConfig.MOST_KEEPALIVE.toSeconds()) {
      throw new IllegalArgumentException(
          Quote.value(text) + " is out of range; 1s to 65535s, or off");
    }
    return Duration.ofSeconds(seconds);
  }

  /** The session traffic of {@link Tuning}, in bytes. */
  static long rekeyAfterBytes(String text) {
    long bytes = amount(text, BYTES, "a size with its unit like 1GiB or 512MiB");
    if (bytes < Tuning.LEAST_REKEY_AFTER_BYTES) {
      throw new IllegalArgumentException(Quote.value(text) + " is too small; at least 1MiB");
    }
    return bytes;
  }

  /** A run's limit of {@link Hooks}. */
  static Duration hookTimeout(String text) {
    long seconds = amount(text, SECONDS, "a duration with its unit like 10s or 1m");
    if (seconds < 1 || seconds > Hooks.MOST_TIMEOUT.toSeconds()) {
      throw new IllegalArgumentException(Quote.value(text) + " is out of range; 1s to 5m");
    }
    return Duration.ofSeconds(seconds);
  }

  /** A socket's buffer of {@link Tuning}, in bytes. */
  static int socketBuffer(String text) {
    long bytes = amount(text, BYTES, "a size with its unit like 4MiB");
    if (bytes < Tuning.LEAST_BUFFER_BYTES || bytes > Tuning.MOST_BUFFER_BYTES) {
      throw new IllegalArgumentException(
          Quote.value(text) + " is out of range; 64KiB to less than 1GiB");
    }
    return (int) bytes;
  }

  /** {@code 25s}, or {@code off}. */
  static String formatKeepalive(Duration keepalive) {
    return keepalive.isZero() ? "off" : keepalive.toSeconds() + "s";
  }

  /** With the largest binary unit that divides it. */
  static String formatBytes(long bytes) {
    for (String unit : new String[] {"TiB", "GiB", "MiB", "KiB"}) {
      if (bytes % BYTES.get(unit) == 0) {
        return bytes / BYTES.get(unit) + unit;
      }
    }
    return bytes + "B";
  }

  private static long amount(String text, Map<String, Long> units, String expected) {
    Matcher matcher = AMOUNT.matcher(text);
    if (matcher.matches() && units.containsKey(matcher.group(2))) {
      BigInteger number = new BigInteger(matcher.group(1));
      BigInteger product = number.multiply(BigInteger.valueOf(units.get(matcher.group(2))));
      if (product.bitLength() < Long.SIZE) {
        return product.longValue();
      }
    }
    throw new IllegalArgumentException(Quote.value(text) + " is not " + expected);
  }
}
