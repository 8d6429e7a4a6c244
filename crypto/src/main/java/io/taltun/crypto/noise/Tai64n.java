package io.taltun.crypto.noise;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * The timestamps of initiations: TAI64N labels, 12 bytes, each greater than the one before to the
 * same peer (whitepaper, section 5.1). Used by one thread at a time.
 *
 * <pre>
 *   0  seconds (8, big-endian): 2^62 + 10 + Unix time
 *   8  nanoseconds (4, big-endian), low 24 bits zero
 * </pre>
 *
 * <p>The base, 2^62 plus the ten seconds that TAI was ahead of UTC in 1970, and the coarsening are
 * those of wireguard-go and of the kernel: about 60 labels a second say less about our clock.
 *
 * <p>Peers do not see each other's labels and may get the same: with one sequence for all of them
 * thousands of initiations at once would run minutes ahead of the clock, and a gateway that forgot
 * that would not be heard for as long.
 */
public final class Tai64n {
  /** Bytes of a label. */
  public static final int LENGTH = 12;

  private static final long BASE = (1L << 62) + 10;
  private static final int GRAIN_BITS = 24;

  /** Grains that begin in a second. */
  private static final int GRAINS = 60;

  private static final int NANOSECONDS_PER_SECOND = 1_000_000_000;

  /** Before every label. */
  private static final long NONE = Long.MIN_VALUE;

  private final InstantSource wall;

  // Times in grains since 1970, written by the calling thread.

  /** All labels are later. */
  private long floor = NONE;

  /** The latest label given out. */
  private long last = NONE;

  /** The clock when it was last read. */
  private long read = NONE;

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
   * From now on labels are greater than {@code greatestSeen}, 12 bytes, too.
   *
   * @throws IllegalArgumentException when that is not a label
   */
  public void startAbove(byte[] greatestSeen) {
    floor = Math.max(floor, grains(greatestSeen));
    last = Math.max(last, floor);
  }

  /**
   * A label for the present time, or just above those that it must be greater than.
   *
   * @param before the label that this peer got last, or that {@link #last} gave when it was new
   */
  public byte[] next(byte[] before) {
    Instant now = wall.instant();
    long grain = now.getEpochSecond() * GRAINS + (now.getNano() >> GRAIN_BITS);
    if (grain < read) {
      // The clock was set back: whoever is a new peer now may have been one before.
      floor = last;
    }
    read = grain;
    grain = Math.max(grain, Math.max(floor, grains(before)) + 1);
    last = Math.max(last, grain);
    return label(grain);
  }

  /** The latest label that {@link #next} gave out, zeros for none; the caller's. */
  public byte[] last() {
    return label(last);
  }

  /** Which of two labels is later: negative, zero or positive, as for a Comparator. */
  public static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  private static byte[] label(long grain) {
    ByteBuffer label = ByteBuffer.allocate(LENGTH);
    if (grain != NONE) {
      label.putLong(BASE + Math.floorDiv(grain, GRAINS));
      label.putInt(Math.floorMod(grain, GRAINS) << GRAIN_BITS);
    }
    return label.array();
  }

  /** Rounded down; labels from before the base are older than all of ours. */
  private static long grains(byte[] label) {
    if (label.length != LENGTH) {
      throw new IllegalArgumentException("a TAI64N label is " + LENGTH + " bytes");
    }
    ByteBuffer fields = ByteBuffer.wrap(label);
    long seconds = fields.getLong();
    int nanoseconds = fields.getInt();
    if (seconds < 0 || nanoseconds < 0 || nanoseconds >= NANOSECONDS_PER_SECOND) {
      throw new IllegalArgumentException("not a TAI64N label");
    }
    if (seconds < BASE) {
      return NONE;
    }
    try {
      return Math.addExact(Math.multiplyExact(seconds - BASE, GRAINS), nanoseconds >> GRAIN_BITS);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("not a TAI64N label: millions of years ahead", e);
    }
  }
}
