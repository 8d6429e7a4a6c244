package io.taltun.dataplane.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often values fell into each of a few ranges. One thread at a time records, with plain loads
 * and release stores; any thread reads. A record costs a comparison a range and allocates nothing.
 */
public final class Histogram {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int PADDING = 16;

  private final long[] bounds;

  // Written by the recording thread: a count for each bound, one for what is above, and the sum.
  private final long[] cells;

  /**
   * @param bounds the greatest value of each range, ascending; a last range takes what is above
   */
  public Histogram(long... bounds) {
    this.bounds = bounds.clone();
    cells = new long[PADDING + bounds.length + 2 + PADDING];
  }

  /** Counts a value. Recording thread only. */
  public void record(long value) {
    int range = 0;
    while (range < bounds.length && value > bounds[range]) {
      range++;
    }
    add(PADDING + range, 1);
    add(PADDING + bounds.length + 1, value);
  }

  private void add(int cell, long amount) {
    CELL.setRelease(cells, cell, cells[cell] + amount);
  }

  /** Ranges, the one above all bounds included. */
  public int ranges() {
    return bounds.length + 1;
  }

  /** The greatest value of a range; {@link Long#MAX_VALUE} for the last. */
  public long bound(int range) {
    return range < bounds.length ? bounds[range] : Long.MAX_VALUE;
  }

  /** Values in a range. Any thread. */
  public long count(int range) {
    return (long) CELL.getAcquire(cells, PADDING + range);
  }

  /** All values together. Any thread; may be a record ahead of or behind the counts. */
  public long sum() {
    return (long) CELL.getAcquire(cells, PADDING + bounds.length + 1);
  }
}
