package io.taltun.daemon.peer;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Random bytes from a seed; bounded numbers, which are the jitter, as a test chooses them. */
final class ChosenJitter implements RandomGenerator {
  private final SplittableRandom bytes;
  long jitterNs;

  ChosenJitter(long seed) {
    bytes = new SplittableRandom(seed);
  }

  @Override
  public long nextLong() {
    return bytes.nextLong();
  }

  @Override
  public long nextLong(long bound) {
    return Math.min(jitterNs, bound - 1);
  }
}
