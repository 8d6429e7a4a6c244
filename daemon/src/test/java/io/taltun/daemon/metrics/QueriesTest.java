package io.taltun.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.dataplane.counter.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every metric and label that the dashboard and the alerts speak of is served. ScrapeTest shows
 * that what is served is the catalog.
 */
class QueriesTest {
  private static final Path DASHBOARD = Path.of("../docs/grafana/taltun.json");
  private static final Path RULES = Path.of("../docs/prometheus/taltun.rules.yml");

  /** A metric with the selector behind it, if it has one. */
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:wireguard|taltun|process|jvm)_[a-z0-9_]+)\\b(?:\\{([^}]*)\\})?");

  private static final Pattern MATCHER =
      Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)\\s*\"([^\"]*)\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|on|group_left|without)\\s*\\(([^)]*)\\)");
  private static final Pattern TEMPLATE =
      Pattern.compile("\\{\\{\\s*(?:\\$labels\\.)?([a-z_]+)\\s*\\}\\}");

  /** What Prometheus adds. */
  private static final Set<String> ADDED = Set.of("instance", "job");

  private final Map<String, Metric> series = new HashMap<>();

  QueriesTest() {
    for (Catalog.Group group : Catalog.groups()) {
      for (Metric metric : group.metrics()) {
        for (String suffix : suffixes(metric.type())) {
          series.put(metric.name() + suffix, metric);
        }
      }
    }
  }

  private static List<String> suffixes(Metric.Type type) {
    return switch (type) {
      case HISTOGRAM -> List.of("_bucket", "_sum", "_count");
      case SUMMARY -> List.of("_sum", "_count");
      case COUNTER, GAUGE -> List.of("");
    };
  }

  /** Checks one expression; returns the labels that its result may have. */
  private Set<String> check(String expression) {
    Set<String> labels = new HashSet<>(ADDED);
    Matcher metrics = METRIC.matcher(expression);
    boolean some = false;
    while (metrics.find()) {
      some = true;
      Metric metric = series.get(metrics.group(1));
      assertThat(metric).as("%s in %s", metrics.group(1), expression).isNotNull();
      Set<String> own = new HashSet<>(metric.labels());
      if (metrics.group(1).endsWith("_bucket")) {
        own.add("le");
      }
      own.addAll(ADDED);
      labels.addAll(own);
      Matcher matchers = MATCHER.matcher(metrics.group(2) == null ? "" : metrics.group(2));
      while (matchers.find()) {
        assertThat(own).as(expression).contains(matchers.group(1));
        if (matchers.group(1).equals("reason")) {
          assertThat(reasons()).containsAll(List.of(matchers.group(2).split("\\|")));
        }
      }
    }
    assertThat(some).as("a metric in %s", expression).isTrue();
    Matcher groupings = GROUPING.matcher(expression);
    while (groupings.find()) {
      for (String label : groupings.group(1).split(",")) {
        if (!label.isBlank()) {
          assertThat(labels).as(expression).contains(label.strip());
        }
      }
    }
    return labels;
  }

  private static Set<String> reasons() {
    return Stream.concat(
            Arrays.stream(DropReason.values()).map(DropReason::label),
            Arrays.stream(HandshakeDrop.values()).map(HandshakeDrop::label))
        .collect(Collectors.toSet());
  }

  private void checkTemplates(String text, Set<String> labels, String expression) {
    Matcher names = TEMPLATE.matcher(text);
    while (names.find()) {
      assertThat(labels).as("%s of %s", text, expression).contains(names.group(1));
    }
  }

  @Test
  void shouldShowOnTheDashboardWhatIsServed() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    List<JsonNode> targets = new ArrayList<>();
    dashboard.path("panels").forEach(panel -> panel.path("targets").forEach(targets::add));
    dashboard.path("annotations").path("list").forEach(targets::add);
    assertThat(targets).hasSizeGreaterThan(50);
    for (JsonNode target : targets) {
      String expression = target.path("expr").asText();
      Set<String> labels = check(expression);
      checkTemplates(target.path("legendFormat").asText(""), labels, expression);
    }
    for (JsonNode variable : dashboard.path("templating").path("list")) {
      if (variable.path("type").asText().equals("query")) {
        check(variable.path("definition").asText());
      }
    }
  }

  @Test
  void shouldHaveAPanelOfEachSizeInsideTheGrid() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    Set<Integer> ids = new HashSet<>();
    boolean[][] taken = new boolean[200][24];
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      JsonNode at = panel.path("gridPos");
      for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
        for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
          assertThat(taken[y][x]).as("overlap of %s", panel.path("title")).isFalse();
          taken[y][x] = true;
        }
      }
    }
  }

  @Test
  void shouldAlertOnWhatIsServed() throws IOException {
    String rules =
        Files.readString(RULES).replaceAll(">-\n\\s+", "").replaceAll("\n\\s{10}\\(", " (");
    Matcher alerts =
        Pattern.compile("- alert: (\\w+)\n\\s+expr: (.+)\n((?:\\s{8}.*\n)+)").matcher(rules);
    int count = 0;
    while (alerts.find()) {
      count++;
      Set<String> labels = check(alerts.group(2));
      checkTemplates(alerts.group(3), labels, alerts.group(2));
    }
    assertThat(count).isEqualTo(rules.split("- alert: ").length - 1).isGreaterThan(10);
  }
}
