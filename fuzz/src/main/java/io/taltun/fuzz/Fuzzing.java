package io.taltun.fuzz;

import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/** Runs a target without coverage: its corpus, then inputs that follow from a seed. */
public final class Fuzzing {
  /** The seed of the tests; {@code -Dtaltun.seed=N} for another one. */
  public static final long SEED = Long.getLong("taltun.seed", 20_260_301);

  private Fuzzing() {}

  /** All targets of the class path, by name. */
  public static List<FuzzTarget> targets() {
    return ServiceLoader.load(FuzzTarget.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(FuzzTarget::name))
        .toList();
  }

  /**
   * The target of that name, no other one being made.
   *
   * @throws NoSuchElementException when there is none
   */
  static FuzzTarget target(String name) {
    return ServiceLoader.load(FuzzTarget.class).stream()
        .filter(it -> FuzzTarget.nameOf(it.type()).equals(name))
        .map(ServiceLoader.Provider::get)
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no fuzz target " + name));
  }

  /** What the tests do with a target. */
  public static void test(FuzzTarget target) {
    run(target, Corpus.of(target), SEED, target.inputsInTests(), run -> {});
  }

  /**
   * Gives a target a corpus, and then mutated inputs.
   *
   * @param corpus at least one input, in an order that is always the same
   * @param inputs how many mutated ones
   * @param progress is told the number of inputs now and then
   * @throws Finding for the first input that the target did not take well
   */
  public static void run(
      FuzzTarget target, List<byte[]> corpus, long seed, long inputs, LongConsumer progress) {
    for (int i = 0; i < corpus.size(); i++) {
      accept(target, corpus.get(i), "corpus " + i);
    }
    Mutator mutator = new Mutator(corpus, target.words(), target.maxLength());
    SplittableRandom random = new SplittableRandom(seed);
    for (long run = 0; run < inputs; run++) {
      byte[] input = mutator.next(random);
      try {
        target.accept(input);
      } catch (Throwable e) {
        throw new Finding(target, input, "seed " + seed + ", run " + run, e);
      }
      if ((run & 0xfff) == 0) {
        progress.accept(run);
      }
    }
  }

  /** One input. */
  static void accept(FuzzTarget target, byte[] input, String origin) {
    try {
      target.accept(input);
    } catch (Throwable e) {
      throw new Finding(target, input, origin, e);
    }
  }
}
