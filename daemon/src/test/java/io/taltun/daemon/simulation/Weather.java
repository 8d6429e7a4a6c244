package io.taltun.daemon.simulation;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What happens to datagrams.
 *
 * @param loss the part that is lost, 0 to 1
 * @param duplication the part that arrives twice
 * @param alteration the part that arrives with other bits
 * @param straying the part that comes late, by up to {@link #STRAY_NS}
 * @param leastDelayNs of every datagram
 * @param mostDelayNs of those that do not stray; the spread reorders
 */
record Weather(
    double loss,
    double duplication,
    double alteration,
    double straying,
    long leastDelayNs,
    long mostDelayNs) {
  /** Longer than a session lives. */
  static final long STRAY_NS = TimeUnit.SECONDS.toNanos(250);

  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * Nothing is lost, and what is sent first arrives first, after the same time in each direction.
   */
  static Weather fair(SplittableRandom random) {
    long delayNs = random.nextLong(MS / 10, 150 * MS);
    return new Weather(0, 0, 0, 0, delayNs, delayNs);
  }

  static Weather stormy(SplittableRandom random) {
    long least = random.nextLong(MS, 400 * MS);
    long spread = random.nextInt(4) == 0 ? 8000 * MS : 600 * MS;
    double loss = random.nextInt(3) == 0 ? random.nextDouble(0.97) : random.nextDouble(0.3);
    return new Weather(
        loss,
        random.nextDouble(0.3),
        random.nextDouble(0.1),
        random.nextInt(3) == 0 ? random.nextDouble(0.05) : 0,
        least,
        least + random.nextLong(1, spread));
  }

  long delayNs(SplittableRandom random) {
    if (leastDelayNs == mostDelayNs) {
      return leastDelayNs;
    }
    long mostNs = straying > 0 && random.nextDouble() < straying ? STRAY_NS : mostDelayNs;
    return random.nextLong(leastDelayNs, mostNs);
  }
}
