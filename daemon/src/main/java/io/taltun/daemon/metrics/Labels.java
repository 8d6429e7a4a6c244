package io.taltun.daemon.metrics;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A sample's labels as they are written: {@code interface="tal0",thread="taltun-control"}. */
final class Labels {
  static final byte[] NONE = {};

  private Labels() {}

  /**
   * The labels of a metric's sample.
   *
   * @param values as many as the metric has labels, in their order
   */
  static byte[] of(Metric metric, String... values) {
    return of(metric.labels(), values);
  }

  static byte[] of(List<String> names, String... values) {
    if (names.size() != values.length) {
      throw new IllegalArgumentException(values.length + " values for the labels " + names);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"");
      escape(values[i], text);
      text.append('"');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Backslash, quote and line feed, as the text format wants it. */
  private static void escape(String value, StringBuilder to) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> to.append("\\\\");
        case '"' -> to.append("\\\"");
        case '\n' -> to.append("\\n");
        default -> to.append(c);
      }
    }
  }
}
