package io.taltun.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * What {@code scripts/fuzz.sh} calls beside Jazzer: {@code list}; {@code prepare NAME FOLDER}
 * writes seeds and words for libFuzzer; {@code seeded NAME SEED INPUTS [FOLDER]} fuzzes without
 * coverage; {@code replay NAME HEX} tries one input; {@code hex FILE} and {@code current FILE}
 * print an input as a line of a corpus.
 */
public final class FuzzCommand {
  private static final long PROGRESS_NS = 10_000_000_000L;

  private FuzzCommand() {}

  /** Ends with 1 after a finding. */
  public static void main(String[] args) throws IOException {
    try {
      run(args);
    } catch (Finding finding) {
      for (StackTraceElement frame : finding.getCause().getStackTrace()) {
        System.err.println("  at " + frame);
      }
      System.err.println(finding.getMessage());
      System.exit(1);
    }
  }

  private static void run(String[] args) throws IOException {
    switch (args[0]) {
      case "list" ->
          Fuzzing.targets().forEach(it -> System.out.println(it.name() + " " + it.maxLength()));
      case "prepare" -> prepare(Fuzzing.target(args[1]), Path.of(args[2]));
      case "seeded" ->
          seeded(
              Fuzzing.target(args[1]),
              Long.parseLong(args[2]),
              Long.parseLong(args[3]),
              args.length > 4 ? kept(Path.of(args[4])) : List.of());
      case "replay" -> Fuzzing.accept(Fuzzing.target(args[1]), Corpus.parse(args[2]), "replayed");
      case "hex" -> System.out.println(Corpus.line(Files.readAllBytes(Path.of(args[1]))));
      case "current" -> {
        ByteBuffer kept = ByteBuffer.wrap(Files.readAllBytes(Path.of(args[1])));
        byte[] input = new byte[kept.getInt()];
        kept.get(input);
        System.out.println(Corpus.line(input));
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void prepare(FuzzTarget target, Path folder) throws IOException {
    Path seeds = Files.createDirectories(folder.resolve("seeds"));
    List<byte[]> corpus = Corpus.of(target);
    for (int i = 0; i < corpus.size(); i++) {
      Files.write(seeds.resolve("seed-" + i), corpus.get(i));
    }
    StringBuilder words = new StringBuilder();
    for (byte[] word : target.words()) {
      words.append('"');
      for (byte each : word) {
        words.append(String.format("\\x%02x", each));
      }
      words.append("\"\n");
    }
    Files.writeString(folder.resolve("words"), words);
  }

  /** What libFuzzer kept, by name, which is by content. */
  private static List<byte[]> kept(Path folder) throws IOException {
    List<byte[]> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        kept.add(Files.readAllBytes(file));
      }
    }
    return kept;
  }

  private static void seeded(FuzzTarget target, long seed, long inputs, List<byte[]> kept) {
    List<byte[]> corpus = new ArrayList<>(Corpus.of(target));
    corpus.addAll(kept);
    long startNs = System.nanoTime();
    long[] shownNs = {startNs};
    LongConsumer progress =
        run -> {
          long nowNs = System.nanoTime();
          if (nowNs - shownNs[0] > PROGRESS_NS) {
            shownNs[0] = nowNs;
            System.err.printf("%s: %,d inputs%n", target.name(), run);
          }
        };
    Fuzzing.run(target, corpus, seed, inputs, progress);
    double seconds = (System.nanoTime() - startNs) / 1e9;
    System.err.printf(
        "%s: %,d inputs from %,d in %.1f s%n", target.name(), inputs, corpus.size(), seconds);
  }
}
