package io.taltun.daemon.cli.demo;

import io.taltun.daemon.cli.CommandFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Locale;

/** ICMP echoes, which the JDK sends itself when it is root. */
final class Ping {
  private static final int COUNT = 10;
  private static final int TIMEOUT_MS = 1000;

  private Ping() {}

  /**
   * Sends ten echoes one after the other; to be called on the thread in the namespace.
   *
   * @return a line about the answers
   * @throws CommandFailure when one is not answered within a second
   */
  static String run(InetAddress target) throws IOException {
    long[] timesNs = new long[COUNT];
    for (int i = 0; i < COUNT; i++) {
      long startNs = System.nanoTime();
      if (!target.isReachable(TIMEOUT_MS)) {
        throw new CommandFailure(
            "%s did not answer echo %d of %d within a second"
                .formatted(target.getHostAddress(), i + 1, COUNT));
      }
      timesNs[i] = System.nanoTime() - startNs;
    }
    Arrays.sort(timesNs);
    return String.format(
        Locale.ROOT,
        "%d of %d, RTT %.2f ms median, %.2f best",
        COUNT,
        COUNT,
        timesNs[COUNT / 2] / 1e6,
        timesNs[0] / 1e6);
  }

  /** Whether an echo is answered within a second. */
  static boolean once(InetAddress target) throws IOException {
    return target.isReachable(TIMEOUT_MS);
  }
}
