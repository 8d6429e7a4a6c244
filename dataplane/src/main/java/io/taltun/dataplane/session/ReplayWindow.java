package io.taltun.dataplane.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Lets each counter of a session's receiving direction through once, in whatever order the network
 * delivers: the greatest counter seen and the {@value #SIZE} behind it are remembered exactly, what
 * is older is refused. WireGuard whitepaper, section 5.4.6, by the ring of RFC 6479: blocks of bits
 * that are cleared as the window moves over them, instead of one bitmap that is shifted.
 *
 * <p>RFC 6479 gives up one block of its bitmap (section 2); here the ring is that one block larger
 * than the window, so the window is whole.
 *
 * <p>Safe for any number of threads. The lock is held for some tens of nanoseconds and hardly ever
 * contended, and nothing is allocated after construction. Counters are unsigned.
 */
public final class ReplayWindow {
  /** How far behind the greatest counter a late one may be. */
  public static final int SIZE = 1 << 13;

  /** Counters from here on are refused: 2^64 - 2^13 - 1, whitepaper, section 6.1. Unsigned. */
  public static final long REJECT_AFTER_MESSAGES = -1L - SIZE;

  private static final int BLOCK_BITS_LOG2 = 6;
  private static final int BLOCKS = (SIZE >>> BLOCK_BITS_LOG2) + 1;

  /** Longs of a {@link #copy}. */
  public static final int COPY_LENGTH = BLOCKS + 2;

  /** Spins before the processor is offered to a holder that lost its own. */
  private static final int SPINS_BEFORE_YIELD = 64;

  private static final VarHandle LOCKED;
  private static final VarHandle GREATEST;
  private static final VarHandle ACCEPTED;
  private static final VarHandle BLOCK = MethodHandles.arrayElementVarHandle(long[].class);

  static {
    try {
      var lookup = MethodHandles.lookup();
      LOCKED = lookup.findVarHandle(ReplayWindow.class, "locked", boolean.class);
      GREATEST = lookup.findVarHandle(ReplayWindow.class, "greatest", long.class);
      ACCEPTED = lookup.findVarHandle(ReplayWindow.class, "accepted", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through LOCKED
  private boolean locked;

  // Written by whoever holds the lock.
  private final long[] blocks = new long[BLOCKS];
  private long greatest;
  private long accepted;

  /**
   * Marks a counter as used. To be called once the packet is known to be authentic and not before:
   * a forged counter would move the window.
   *
   * @return false when the counter was used before, is too old to tell, or is not below {@link
   *     #REJECT_AFTER_MESSAGES}; nothing has changed then
   */
  public boolean accept(long counter) {
    if (Long.compareUnsigned(counter, REJECT_AFTER_MESSAGES) >= 0) {
      return false;
    }
    lock();
    boolean fresh = mark(counter);
    LOCKED.setRelease(this, false);
    return fresh;
  }

  /**
   * Whether {@link #accept} is certain to refuse a counter, told without the lock: cheap enough to
   * ask before a packet is opened, so that replays cost no cipher. False says nothing.
   *
   * <p>{@code greatest} only grows, so what is too old stays so. Every block up to the greatest one
   * was cleared before {@code greatest} was published, so a bit that is set is the counter's own,
   * or its slot has gone to a block {@value #BLOCKS} later, and then the counter is too old.
   */
  public boolean surelyRefuses(long counter) {
    long upTo = (long) GREATEST.getAcquire(this);
    if (Long.compareUnsigned(counter, upTo) > 0) {
      return false;
    }
    int slot = (int) ((counter >>> BLOCK_BITS_LOG2) % BLOCKS);
    return Long.compareUnsigned(upTo - counter, SIZE) > 0
        || ((long) BLOCK.getOpaque(blocks, slot) & 1L << counter) != 0;
  }

  /** What was seen so far: the greatest counter, the ring of bits, how many were let through. */
  public long[] copy() {
    lock();
    long[] copy = new long[COPY_LENGTH];
    copy[0] = greatest;
    System.arraycopy(blocks, 0, copy, 1, BLOCKS);
    copy[BLOCKS + 1] = accepted;
    LOCKED.setRelease(this, false);
    return copy;
  }

  /** Goes on from a {@link #copy}; before anybody else uses the window. */
  void restore(long[] copy) {
    lock();
    System.arraycopy(copy, 1, blocks, 0, BLOCKS);
    ACCEPTED.setOpaque(this, copy[BLOCKS + 1]);
    GREATEST.setRelease(this, copy[0]);
    LOCKED.setRelease(this, false);
  }

  private boolean mark(long counter) {
    long block = counter >>> BLOCK_BITS_LOG2;
    if (Long.compareUnsigned(counter, greatest) > 0) {
      advance(greatest >>> BLOCK_BITS_LOG2, block);
      GREATEST.setRelease(this, counter);
    } else if (Long.compareUnsigned(greatest - counter, SIZE) > 0) {
      return false;
    }
    int slot = (int) (block % BLOCKS);
    long before = blocks[slot];
    long after = before | 1L << counter; // the shift count is taken modulo 64
    BLOCK.setOpaque(blocks, slot, after);
    if (after == before) {
      return false;
    }
    ACCEPTED.setOpaque(this, accepted + 1);
    return true;
  }

  /** The greatest counter that came, 0 before the first. */
  public long greatest() {
    return (long) GREATEST.getAcquire(this);
  }

  /** Counters let through so far. */
  public long accepted() {
    return (long) ACCEPTED.getOpaque(this);
  }

  /** Counters that the sender has used, as far as one can tell; 0 before the first came. */
  public long expected() {
    return accepted() == 0 ? 0 : greatest() + 1;
  }

  /** Clears the blocks that the window moves onto: each once, however far the jump. */
  private void advance(long fromBlock, long toBlock) {
    int steps = (int) Math.min(toBlock - fromBlock, BLOCKS);
    int slot = (int) (fromBlock % BLOCKS);
    for (int step = 0; step < steps; step++) {
      slot = slot + 1 == BLOCKS ? 0 : slot + 1;
      BLOCK.setOpaque(blocks, slot, 0L);
    }
  }

  private void lock() {
    int spins = 0;
    while (!LOCKED.weakCompareAndSetAcquire(this, false, true)) {
      if (++spins % SPINS_BEFORE_YIELD == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
