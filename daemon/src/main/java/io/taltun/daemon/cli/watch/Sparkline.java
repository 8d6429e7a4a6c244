package io.taltun.daemon.cli.watch;

import java.util.List;

/** Numbers as a row of bars, the latest on the right. */
final class Sparkline {
  private static final String BLOCKS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
  private static final String ASCII = " .:-=+*#@";

  private Sparkline() {}

  /**
   * The latest of the values, one a column, against their own greatest.
   *
   * @param unicode whether block elements can be shown
   */
  static String of(List<Long> values, int columns, boolean unicode) {
    String bars = unicode ? BLOCKS : ASCII;
    List<Long> shown = values.subList(Math.max(0, values.size() - columns), values.size());
    long greatest = shown.stream().mapToLong(Long::longValue).max().orElse(0);
    StringBuilder line = new StringBuilder().repeat(' ', columns - shown.size());
    for (long value : shown) {
      line.append(bars.charAt(height(value, greatest, bars.length() - 1)));
    }
    return line.toString();
  }

  /** 0 only for nothing: a little is to be seen. */
  private static int height(long value, long greatest, int most) {
    return value <= 0 ? 0 : Math.max(1, (int) Math.round((double) value / greatest * most));
  }
}
