package io.taltun.daemon.metrics;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One metric family as its head says it.
 *
 * @param name as Prometheus has it, {@code _total} of a counter included
 * @param help one line without a backslash
 * @param labels in the order in which they are written, without a histogram's {@code le}
 */
record Metric(String name, Type type, String help, List<String> labels) {
  enum Type {
    COUNTER("counter"),
    GAUGE("gauge"),
    HISTOGRAM("histogram"),
    SUMMARY("summary");

    final String text;

    Type(String text) {
      this.text = text;
    }
  }

  /** Copies the labels. */
  Metric {
    labels = List.copyOf(labels);
  }

  static Metric counter(String name, String help, String... labels) {
    return new Metric(name, Type.COUNTER, help, List.of(labels));
  }

  static Metric gauge(String name, String help, String... labels) {
    return new Metric(name, Type.GAUGE, help, List.of(labels));
  }

  static Metric histogram(String name, String help, String... labels) {
    return new Metric(name, Type.HISTOGRAM, help, List.of(labels));
  }

  static Metric summary(String name, String help, String... labels) {
    return new Metric(name, Type.SUMMARY, help, List.of(labels));
  }

  /** The two lines before its samples. */
  byte[] head() {
    return "# HELP %s %s\n# TYPE %s %s\n"
        .formatted(name, help, name, type.text)
        .getBytes(StandardCharsets.UTF_8);
  }
}
