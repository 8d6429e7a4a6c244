package io.taltun.dataplane.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One worker's counters. Only the owning thread adds, with a plain load and a release store; any
 * thread reads. Padded at both ends, so that two workers never write one cache line.
 */
public final class Counters {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int PADDING = 16;
  private static final int COUNTERS = Counter.values().length;
  private static final int DROPS = DropReason.values().length;

  private final Histogram[] batches = new Histogram[Batch.values().length];

  // Written by the owning worker.
  private final long[] cells = new long[PADDING + COUNTERS + DROPS + PADDING];

  public Counters() {
    for (int i = 0; i < batches.length; i++) {
      batches[i] = new Histogram(1, 2, 4, 8, 16, 32, 64, 128, 256, 512);
    }
  }

  public void increment(Counter counter) {
    add(counter, 1);
  }

  public void add(Counter counter, long amount) {
    add(PADDING + counter.ordinal(), amount);
  }

  public void drop(DropReason reason) {
    add(PADDING + COUNTERS + reason.ordinal(), 1);
  }

  public void drop(DropReason reason, long packets) {
    add(PADDING + COUNTERS + reason.ordinal(), packets);
  }

  /** How many came or went in one go. */
  public void batch(Batch batch, long size) {
    batches[batch.ordinal()].record(size);
  }

  private void add(int cell, long amount) {
    CELL.setRelease(cells, cell, cells[cell] + amount);
  }

  /** Any thread. */
  public long get(Counter counter) {
    return (long) CELL.getAcquire(cells, PADDING + counter.ordinal());
  }

  /** Any thread. */
  public long get(DropReason reason) {
    return (long) CELL.getAcquire(cells, PADDING + COUNTERS + reason.ordinal());
  }

  /** Sizes of batches. Any thread. */
  public Histogram get(Batch batch) {
    return batches[batch.ordinal()];
  }
}
