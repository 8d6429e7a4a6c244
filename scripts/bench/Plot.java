import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code METRICS REFERENCE TITLE METRIC...} draws medians as bars with their spread, an SVG on
 * standard output. METRICS is metrics.list. Standard input has lines of {@code METRIC UNIT SERIES
 * MEDIAN MIN MAX}. Each metric has a scale of its own, from zero to its largest value; a bar's text
 * has the figures and the ratio to the series REFERENCE.
 */
final class Plot {
  private static final int WIDTH = 820;
  private static final int MARGIN = 20;
  private static final int BARS_X = 140;
  private static final int BARS_WIDTH = 420;
  private static final int BAR = 16;
  private static final int ROW = 22;

  private static final String STYLE =
      """
        <style>
          .page { fill: #ffffff }
          .head { fill: #212529; font-size: 17px; font-weight: 600 }
          .metric { fill: #212529; font-size: 13px; font-weight: 600 }
          .text { fill: #343a40; font-size: 12px }
          .note { fill: #5c636a; font-size: 12px }
          .end { text-anchor: end }
          .first { fill: #1971c2 }
          .other { fill: #adb5bd }
          .spread { stroke: #212529; stroke-width: 1.5 }
          .axis { stroke: #868e96 }
          @media (prefers-color-scheme: dark) {
            .page { fill: #16191d }
            .head, .metric { fill: #f1f3f5 }
            .text { fill: #dee2e6 }
            .note { fill: #adb5bd }
            .first { fill: #4dabf7 }
            .other { fill: #5c636a }
            .spread { stroke: #f1f3f5 }
          }
        </style>
      """;

  private record Bar(String series, double median, double min, double max) {}

  private record Metric(String unit, String better, String title) {}

  private final StringBuilder svg = new StringBuilder();
  private int y;

  public static void main(String[] args) throws IOException {
    Map<String, Metric> metrics = metrics(Path.of(args[0]));
    Map<String, List<Bar>> bars = new LinkedHashMap<>();
    for (String line : new String(System.in.readAllBytes()).lines().toList()) {
      String[] word = line.split(" ");
      bars.computeIfAbsent(word[0], name -> new ArrayList<>())
          .add(new Bar(word[2], number(word[3]), number(word[4]), number(word[5])));
    }
    List<String> names = List.of(args).subList(3, args.length);
    System.out.print(new Plot().draw(args[1], args[2], names, metrics, bars));
  }

  private static Map<String, Metric> metrics(Path file) throws IOException {
    Map<String, Metric> metrics = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] word = line.split(" +", 4);
      if (!line.startsWith("#")) {
        metrics.put(word[0], new Metric(word[1], word[2], word[3]));
      }
    }
    return metrics;
  }

  private String draw(
      String reference,
      String title,
      List<String> names,
      Map<String, Metric> metrics,
      Map<String, List<Bar>> bars) {
    y = MARGIN + 16;
    text("head", MARGIN, y, title);
    text("note end", WIDTH - MARGIN, y, "median, line from min to max; ratio to " + reference);
    for (String name : names) {
      if (bars.containsKey(name)) {
        group(metrics.get(name), bars.get(name), reference);
      }
    }
    int height = y + MARGIN;
    return String.format(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="title"
             font-family="system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif">
          <title id="title">%s</title>
        %s  <rect class="page" width="%d" height="%d"/>
        %s</svg>
        """,
        WIDTH, height, escaped(title), STYLE, WIDTH, height, svg);
  }

  private void group(Metric metric, List<Bar> bars, String reference) {
    double largest = bars.stream().mapToDouble(Bar::max).max().orElse(1);
    double base =
        bars.stream()
            .filter(bar -> bar.series.equals(reference))
            .mapToDouble(Bar::median)
            .findFirst()
            .orElse(0);
    y += 36;
    text("metric", MARGIN, y, metric.title + ", " + metric.unit);
    text("note end", WIDTH - MARGIN, y, metric.better + " is better");
    y += 10;
    int top = y;
    for (Bar bar : bars) {
      bar(bar, bar == bars.getFirst(), largest, base);
    }
    line("axis", BARS_X, top - 2, BARS_X, y);
  }

  private void bar(Bar bar, boolean first, double largest, double base) {
    double scale = BARS_WIDTH / (largest > 0 ? largest : 1);
    double middle = y + BAR / 2.0;
    text("text end", BARS_X - 8, y + 12, bar.series);
    append(
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
        first ? "first" : "other", BARS_X, y, bar.median * scale, BAR);
    line("spread", BARS_X + bar.min * scale, middle, BARS_X + bar.max * scale, middle);
    String ratio =
        base > 0 ? String.format(Locale.ROOT, " \u00b7 %.2f \u00d7", bar.median / base) : "";
    String figures =
        shown(bar.median) + " (" + shown(bar.min) + "\u2013" + shown(bar.max) + ")" + ratio;
    text("text", (int) (BARS_X + bar.max * scale) + 8, y + 12, figures);
    y += ROW;
  }

  private void text(String style, int x, int baseline, String words) {
    append("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>", style, x, baseline, escaped(words));
  }

  private void line(String style, double x1, double y1, double x2, double y2) {
    append("<path class=\"%s\" d=\"M%.1f %.1f L%.1f %.1f\"/>", style, x1, y1, x2, y2);
  }

  private void append(String format, Object... values) {
    svg.append("  ").append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static double number(String word) {
    return Double.parseDouble(word);
  }

  private static String shown(double value) {
    String format = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }

  private static String escaped(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
