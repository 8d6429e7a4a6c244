package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;

/**
 * Which of two constructions takes less time here for a full packet and a small one, each sealed
 * and opened. Code is still interpreted when this runs, so only calls into libcrypto are timed. The
 * two take turns, and each is judged by its best time: whatever disturbs it can only make it
 * longer.
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

  /** Never one that fails, unless both do. */
  static Construction faster(Construction one, Construction other) {
    byte[] key = new byte[KEY_LENGTH];
    try (Arena arena = Arena.ofConfined();
        OpenSslCipher oneCipher = one.cipher(key);
        OpenSslCipher otherCipher = other.cipher(key)) {
      long in = arena.allocate(ROOM, ALIGNMENT).address() + TransportCipher.HEADROOM;
      long out = arena.allocate(ROOM, ALIGNMENT).address() + TransportCipher.HEADROOM;
      long oneNs = 0;
      long otherNs = 0;
      for (int length : LENGTHS) {
        long oneBestNs = Long.MAX_VALUE;
        long otherBestNs = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
          oneBestNs = Math.min(oneBestNs, timeNs(oneCipher, in, length, out));
          otherBestNs = Math.min(otherBestNs, timeNs(otherCipher, in, length, out));
        }
        oneNs += oneBestNs;
        otherNs += otherBestNs;
      }
      return otherNs < oneNs ? other : one;
    }
  }

  private static long timeNs(OpenSslCipher cipher, long in, int length, long out) {
    long startNs = System.nanoTime();
    boolean made = cipher.makeCalls(in, length, out);
    return made ? System.nanoTime() - startNs : FAILED_NS;
  }
}
