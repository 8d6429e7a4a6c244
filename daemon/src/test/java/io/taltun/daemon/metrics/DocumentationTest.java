package io.taltun.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * docs/observability.md lists what is served. After a change, what this expects is in
 * daemon/target/observability-*.md, to be put between the two comments.
 */
class DocumentationTest {
  private static final Path PAGE = Path.of("../docs/observability.md");

  private static void check(String part, String expected) throws IOException {
    Files.writeString(Path.of("target/observability-" + part + ".md"), expected);
    String page = Files.readString(PAGE);
    String begin = "<!-- " + part + ": a test compares what follows with the code -->\n";
    String end = "<!-- end of " + part + " -->";
    assertThat(page).contains(begin, end);
    String listed = page.substring(page.indexOf(begin) + begin.length(), page.indexOf(end));
    assertThat(listed)
        .as("copy daemon/target/observability-%s.md into the page", part)
        .isEqualTo(expected);
  }

  @Test
  void shouldListEveryMetric() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Catalog.Group group : Catalog.groups()) {
      text.append("### ").append(group.title()).append("\n\n");
      text.append("| metric | type | labels | |\n|---|---|---|---|\n");
      for (Metric metric : group.metrics()) {
        text.append(
            "| `%s` | %s | %s | %s |\n"
                .formatted(
                    metric.name(),
                    metric.type().text,
                    metric.labels().stream()
                        .map(label -> "`" + label + "`")
                        .collect(Collectors.joining(", ")),
                    metric.help()));
      }
      text.append('\n');
    }
    check("metrics", text.toString());
  }

  @Test
  void shouldListEveryReasonForADrop() throws IOException {
    check(
        "drops",
        Arrays.stream(DropReason.values())
            .map(reason -> "| `%s` | %s |\n".formatted(reason.label(), reason.description()))
            .collect(Collectors.joining("", "| reason | |\n|---|---|\n", "\n")));
  }
}
