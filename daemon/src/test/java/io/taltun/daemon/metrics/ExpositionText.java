package io.taltun.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus' text format, read strictly: what this refuses is an error of the writer's. */
final class ExpositionText {
  private static final Pattern HEAD = Pattern.compile("# (HELP|TYPE) ([a-z_:][a-z0-9_:]*) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-z_:][a-z0-9_:]*)(?:\\{(.*)\\})? (-?[0-9]+(?:\\.[0-9]+)?)");
  private static final Pattern LABEL =
      Pattern.compile("([a-z_][a-z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

  /** A sample with its labels in the order in which they were written. */
  record Sample(String name, Map<String, String> labels, String value) {}

  /** A metric family with its samples. */
  record Family(String name, String type, String help, List<Sample> samples) {}

  private ExpositionText() {}

  /** The families by name, in their order. */
  static Map<String, Family> parse(String text) {
    assertThat(text).endsWith("\n").doesNotContain("\n\n");
    Map<String, Family> families = new LinkedHashMap<>();
    Set<String> series = new HashSet<>();
    String help = null;
    Family current = null;
    for (String line : text.split("\n")) {
      Matcher head = HEAD.matcher(line);
      if (head.matches() && head.group(1).equals("HELP")) {
        help = head.group(3);
        current = null;
      } else if (head.matches()) {
        current = new Family(head.group(2), head.group(3), help, new ArrayList<>());
        assertThat(families.put(current.name(), current)).as("second %s", line).isNull();
      } else {
        Sample sample = sample(line);
        assertThat(current).as("a family before %s", line).isNotNull();
        assertThat(sample.name()).isIn(names(current));
        assertThat(series.add(line.substring(0, line.lastIndexOf(' '))))
            .as("one sample only: %s", line)
            .isTrue();
        current.samples().add(sample);
      }
    }
    return families;
  }

  private static List<String> names(Family family) {
    String name = family.name();
    return switch (family.type()) {
      case "histogram" -> List.of(name + "_bucket", name + "_sum", name + "_count");
      case "summary" -> List.of(name + "_sum", name + "_count");
      default -> List.of(name);
    };
  }

  private static Sample sample(String line) {
    Matcher whole = SAMPLE.matcher(line);
    assertThat(whole.matches()).as("a sample: %s", line).isTrue();
    Map<String, String> labels = new LinkedHashMap<>();
    String written = whole.group(2) == null ? "" : whole.group(2);
    Matcher label = LABEL.matcher(written);
    int at = 0;
    while (at < written.length()) {
      assertThat(label.find(at) && label.start() == at).as("labels: %s", line).isTrue();
      labels.put(
          label.group(1),
          label.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"));
      at = label.end();
    }
    return new Sample(whole.group(1), labels, whole.group(3));
  }
}
