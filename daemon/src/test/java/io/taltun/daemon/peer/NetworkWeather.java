package io.taltun.daemon.peer;

import java.util.SplittableRandom;

/**
 * What happens to datagrams.
 *
 * @param loss the part that is lost, 0 to 1
 * @param duplication the part that arrives twice
 * @param leastDelayNs of every datagram
 * @param mostDelayNs of every datagram; the spread reorders
 */
record NetworkWeather(double loss, double duplication, long leastDelayNs, long mostDelayNs) {
  static final NetworkWeather FAIR = new NetworkWeather(0, 0, 10_000_000, 12_000_000);
  static final NetworkWeather CUT = new NetworkWeather(1, 0, 0, 0);

  static NetworkWeather stormy(SplittableRandom random) {
    long least = random.nextLong(0, 200_000_000);
    return new NetworkWeather(
        random.nextDouble(0.8),
        random.nextDouble(0.5),
        least,
        least + random.nextLong(1, 1_500_000_000));
  }

  int copies(SplittableRandom random) {
    if (random.nextDouble() < loss) {
      return 0;
    }
    return random.nextDouble() < duplication ? 2 : 1;
  }

  long delayNs(SplittableRandom random) {
    return leastDelayNs == mostDelayNs ? leastDelayNs : random.nextLong(leastDelayNs, mostDelayNs);
  }
}
