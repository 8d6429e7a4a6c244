package io.taltun.bench.flow;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a packet costs from TUN device to wire and from wire to TUN device, without the kernel. Two
 * starts of a JVM compile differently, so each engine is measured in several, engines taking turns;
 * the table shows the median JVM, the least and the greatest of both ways together, what was
 * allocated, and, where engine {@value CopyingAead#NAME} was measured too, what share of the whole
 * is not the cipher's.
 */
public final class FlowBenchmark {
  private static final String HEADER = "%-17s %-10s %8s %8s %8s  %-15s %8s %9s %6s%n";
  private static final String ROW = "%-17s %-10s %8.1f %8.1f %8.1f  %-15s %8.0f %9.3f %6s%n";

  private FlowBenchmark() {}

  /** See {@link Options#USAGE}. */
  public static void main(String... arguments) throws IOException, InterruptedException {
    if (List.of(arguments).contains("--help")) {
      System.out.print(Options.usage());
      return;
    }
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.print(e.getMessage() + "\n" + Options.usage());
      System.exit(2);
      return;
    }
    Map<String, List<Figures>> byEngine = new LinkedHashMap<>();
    for (int fork = 0; fork < options.forks(); fork++) {
      for (String engine : options.engines()) {
        System.err.printf("fork %d of %d: %s%n", fork + 1, options.forks(), engine);
        byEngine.computeIfAbsent(engine, e -> new ArrayList<>()).addAll(fork(options, engine));
      }
    }
    print(options, byEngine);
  }

  private static List<Figures> fork(Options options, String engine)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(FlowFork.class.getName());
    command.addAll(List.of("--engine", engine, "--seconds", Double.toString(options.seconds())));
    for (Load load : options.loads()) {
      command.addAll(List.of("--load", load.label()));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<Figures> figures = new ArrayList<>();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Figures read = Figures.of(line);
        if (read != null) {
          figures.add(read);
        } else {
          System.err.println(line);
        }
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException("a fork failed: " + String.join(" ", command));
    }
    return figures;
  }

  private static void print(Options options, Map<String, List<Figures>> byEngine) {
    System.out.printf(
        HEADER,
        "engine",
        "load",
        "seal ns",
        "open ns",
        "both ns",
        "least-greatest",
        "kpkt/s",
        "B/packet",
        "own");
    List<Figures> without = byEngine.getOrDefault(CopyingAead.NAME, List.of());
    for (var engine : byEngine.entrySet()) {
      for (Load load : options.loads()) {
        print(engine.getKey(), load.label(), of(load, engine.getValue()), of(load, without));
      }
    }
  }

  private static List<Figures> of(Load load, List<Figures> all) {
    return all.stream().filter(figures -> figures.load().equals(load.label())).toList();
  }

  private static void print(
      String engine, String load, List<Figures> figures, List<Figures> without) {
    double[] both = sorted(figures, Figures::bothNs);
    double middle = median(both);
    double own = without.isEmpty() ? 0 : median(sorted(without, Figures::bothNs)) / middle;
    System.out.printf(
        Locale.ROOT,
        ROW,
        engine,
        load,
        median(sorted(figures, Figures::sealNs)),
        median(sorted(figures, Figures::openNs)),
        middle,
        String.format(Locale.ROOT, "%.1f-%.1f", both[0], both[both.length - 1]),
        1e6 / middle,
        median(sorted(figures, Figures::allocatedBytes)),
        without.isEmpty() ? "" : Math.round(100 * own) + " %");
  }

  private static double[] sorted(List<Figures> figures, ToDoubleFunction<Figures> of) {
    return figures.stream().mapToDouble(of).sorted().toArray();
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1
        ? sorted[middle]
        : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
  }
}
