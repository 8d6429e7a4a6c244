package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/**
 * Which construction takes least time here for a full packet and a small one, each sealed and
 * opened. Code is still interpreted when this runs, so only calls into libcrypto are timed. They
 * take turns, and each is judged by its best time: whatever disturbs it can only make it longer.
 */
final class SpeedTrial {
  /** About 2 ms once everything is loaded, 10 to 30 with the loading. */
  private static final int ROUNDS = 300;

  /** A full packet at the default MTU and a small one: each counts as often as the other. */
  private static final int[] LENGTHS = {1420, 128};

  private static final int LONGEST = LENGTHS[0];
  private static final int ROOM =
      TransportCipher.HEADROOM + LONGEST + TransportCipher.TAG_LENGTH + TransportCipher.TAILROOM;
  private static final int ALIGNMENT = 64;
  private static final int KEY_LENGTH = 32;

  /** More than any time, and small enough to be added up. */
  private static final long FAILED_NS = Long.MAX_VALUE / 4;

  private SpeedTrial() {}

  /** One of at least one; never one that fails, unless all do. */
  static Construction fastest(List<Construction> candidates) {
    if (candidates.size() == 1) {
      return candidates.getFirst();
    }
    byte[] key = new byte[KEY_LENGTH];
    List<OpenSslCipher> ciphers = candidates.stream().map(each -> each.cipher(key)).toList();
    long[] timesNs = new long[ciphers.size()];
    try (Arena arena = Arena.ofConfined()) {
      long in = arena.allocate(ROOM, ALIGNMENT).address() + TransportCipher.HEADROOM;
      long out = arena.allocate(ROOM, ALIGNMENT).address() + TransportCipher.HEADROOM;
      for (int length : LENGTHS) {
        addBestTimes(ciphers, in, length, out, timesNs);
      }
    } finally {
      ciphers.forEach(OpenSslCipher::close);
    }
    int best = 0;
    for (int i = 1; i < timesNs.length; i++) {
      best = timesNs[i] < timesNs[best] ? i : best;
    }
    return candidates.get(best);
  }

  private static void addBestTimes(
      List<OpenSslCipher> ciphers, long in, int length, long out, long[] timesNs) {
    long[] bestNs = new long[timesNs.length];
    Arrays.fill(bestNs, FAILED_NS);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < bestNs.length; i++) {
        bestNs[i] = Math.min(bestNs[i], timeNs(ciphers.get(i), in, length, out));
      }
    }
    for (int i = 0; i < bestNs.length; i++) {
      timesNs[i] += bestNs[i];
    }
  }

  private static long timeNs(OpenSslCipher cipher, long in, int length, long out) {
    long startNs = System.nanoTime();
    boolean made = cipher.makeCalls(in, length, out);
    return made ? System.nanoTime() - startNs : FAILED_NS;
  }
}
