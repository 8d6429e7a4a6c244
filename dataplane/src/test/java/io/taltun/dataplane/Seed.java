package io.taltun.dataplane;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** One seed for a test run: printed once, replayed with {@code -Dtaltun.seed=N}. */
public final class Seed {
  /** The seed of this run. */
  public static final long VALUE = Long.getLong("taltun.seed", System.nanoTime());

  static {
    System.out.println("replay with -Dtaltun.seed=" + VALUE);
  }

  private Seed() {}

  /** A generator that depends on the seed alone. */
  public static RandomGenerator random() {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(VALUE);
  }
}
