package io.taltun.bench.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param forks JVMs an engine
 * @param seconds a load is measured in each
 * @param engines as {@link io.taltun.crypto.primitive.Primitives#of} names them, or {@value
 *     CopyingAead#NAME}
 */
record Options(int forks, double seconds, List<String> engines, List<Load> loads) {
  static final String USAGE =
      """
      usage: scripts/bench_flow.sh [--forks N] [--seconds S] [--engine NAME]... [--load PATTERN]...
        --forks N        JVMs an engine (5)
        --seconds S      that a load is measured in each (0.5)
        --engine NAME    libcrypto/fused, libcrypto/split, libcrypto/direct, jdk, bouncycastle, or
                         none, which only copies: Taltun's own cost (fused, split, direct, none)
        --load PATTERN   a regular expression over: %s (all)
      """;

  static Options parse(String... arguments) {
    int forks = 5;
    double seconds = 0.5;
    List<String> engines = new ArrayList<>();
    List<Load> loads = new ArrayList<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("no value for " + arguments[i]);
      }
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--forks" -> forks = Integer.parseInt(value);
        case "--seconds" -> seconds = Double.parseDouble(value);
        case "--engine" -> engines.add(value);
        case "--load" -> loads.addAll(matching(value));
        default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
      }
    }
    return new Options(
        forks,
        seconds,
        engines.isEmpty()
            ? List.of("libcrypto/fused", "libcrypto/split", "libcrypto/direct", CopyingAead.NAME)
            : engines,
        loads.isEmpty() ? List.of(Load.values()) : loads);
  }

  private static List<Load> matching(String pattern) {
    List<Load> loads =
        Arrays.stream(Load.values()).filter(load -> load.label().matches(pattern)).toList();
    if (loads.isEmpty()) {
      throw new IllegalArgumentException("no load matches " + pattern);
    }
    return loads;
  }

  static String usage() {
    List<String> labels = Arrays.stream(Load.values()).map(Load::label).toList();
    return USAGE.formatted(String.join(", ", labels));
  }
}
