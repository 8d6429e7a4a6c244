package io.taltun.crypto.noise;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * The timestamps of initiations: TAI64N labels, 12 bytes, each greater than the one before
 * (whitepaper, section 5.1). Used by one thread at a time.
 *
 * <pre>
 *   0  seconds (8, big-endian): 2^62 + 10 + Unix time
 *   8  nanoseconds (4, big-endian), low 24 bits zero
 * </pre>
 *
 * <p>The base, 2^62 plus the ten seconds that TAI was ahead of UTC in 1970, and the coarsening are
 * those of wireguard-go and of the kernel: about 60 labels a second say less about our clock.
 */
public final class Tai64n {
  /** Bytes of a label. */
  public static final int LENGTH = 12;

  private static final long BASE = (1L << 62) + 10;
  private static final int GRAIN_NANOSECONDS = 1 << 24;
  private static final int NANOSECONDS_PER_SECOND = 1_000_000_000;

  private final InstantSource wall;

  /** The last label given out; written by the calling thread. */
  private long seconds;

  private int nanoseconds;

  /** Labels follow {@code wall}. */
  public Tai64n(InstantSource wall) {
    this.wall = wall;
  }

  /**
   * Labels follow {@code wall} and are greater than {@code greatestSeen}, 12 bytes, which may come
   * from before a restart (trap 21).
   *
   * @throws IllegalArgumentException when that is not a label
   */
  public Tai64n(InstantSource wall, byte[] greatestSeen) {
    this(wall);
    startAbove(greatestSeen);
  }

  /**
   * From now on labels are greater than {@code greatestSeen}, 12 bytes.
   *
   * @throws IllegalArgumentException when that is not a label
   */
  public void startAbove(byte[] greatestSeen) {
    if (greatestSeen.length != LENGTH) {
      throw new IllegalArgumentException("a TAI64N label is " + LENGTH + " bytes");
    }
    this.seconds = bigEndian(greatestSeen, 0, 8);
    long fraction = bigEndian(greatestSeen, 8, 4);
    if (seconds < 0 || fraction >= NANOSECONDS_PER_SECOND) {
      throw new IllegalArgumentException("not a TAI64N label");
    }
    // next() rounds up to a grain above this.
    this.nanoseconds = coarsened((int) fraction);
  }

  /**
   * A new label for the present time, or just above the last one when the clock did not advance.
   */
  public byte[] next() {
    Instant now = wall.instant();
    long nowSeconds = BASE + now.getEpochSecond();
    int nowNanoseconds = coarsened(now.getNano());
    if (nowSeconds > seconds || nowSeconds == seconds && nowNanoseconds > nanoseconds) {
      seconds = nowSeconds;
      nanoseconds = nowNanoseconds;
    } else {
      nanoseconds += GRAIN_NANOSECONDS;
      if (nanoseconds >= NANOSECONDS_PER_SECOND) {
        nanoseconds = 0;
        seconds++;
      }
    }
    return last();
  }

  /** The label that {@link #next} gave out last; the caller's. */
  public byte[] last() {
    byte[] label = new byte[LENGTH];
    for (int i = 0; i < 8; i++) {
      label[i] = (byte) (seconds >>> 56 - 8 * i);
    }
    for (int i = 0; i < 4; i++) {
      label[8 + i] = (byte) (nanoseconds >>> 24 - 8 * i);
    }
    return label;
  }

  /** Which of two labels is later: negative, zero or positive, as for a Comparator. */
  public static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  private static int coarsened(int nanoseconds) {
    return nanoseconds & -GRAIN_NANOSECONDS;
  }

  private static long bigEndian(byte[] bytes, int offset, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | bytes[offset + i] & 0xff;
    }
    return value;
  }
}
