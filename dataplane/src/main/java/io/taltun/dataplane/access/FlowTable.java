package io.taltun.dataplane.access;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.random.RandomGenerator;

/**
 * What was sent to peers with access rules lately, so that its answers are known: a bounded set of
 * flows, shared by all workers. A flow is a keyed hash of 64 bits, in one of four places; when all
 * four are taken, the one that was seen longest ago goes.
 *
 * <p>The hash is a chain of 64 by 64 bit multiplications with secret numbers: nobody can choose
 * addresses and ports so that they meet a flow's place. Any worker reads and writes, a place by
 * compare-and-set; nothing blocks or allocates.
 */
public final class FlowTable {
  /** Most flows at once. */
  public static final int FLOWS = 1 << 16;

  /** Packets whose fragments are on their way, at most; they come and go by the thousands. */
  private static final int FRAGMENTED = 1 << 12;

  private static final int WAYS = 4;

  /** A time stamp is renewed when it is so old, lest workers fight for its cache line. */
  private static final long RENEW_NS = 1_000_000_000L;

  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  // Written by all workers: pairs of a flow's key, 0 for none, and when it was seen last in ns.
  private final long[] cells;

  /** A table of its own, lest fragments take the places of flows; null in that one. */
  private final FlowTable fragments;

  private final long secret0;
  private final long secret1;
  private final long secret2;
  private final long secret3;

  /**
   * @param random unpredictable
   */
  public FlowTable(RandomGenerator random) {
    this(random, FLOWS);
  }

  /**
   * @param flows at most; a power of two from {@value #WAYS} on
   */
  FlowTable(RandomGenerator random, int flows) {
    this(random, flows, new FlowTable(random, FRAGMENTED, null));
  }

  private FlowTable(RandomGenerator random, int flows, FlowTable fragments) {
    this.fragments = fragments;
    cells = new long[2 * flows];
    secret0 = random.nextLong();
    secret1 = random.nextLong();
    secret2 = random.nextLong();
    secret3 = random.nextLong();
  }

  /** Of packets of which a first fragment was let through, by the same keys. */
  FlowTable fragments() {
    return fragments;
  }

  /**
   * What stands for a flow.
   *
   * @param scope the peer's slot
   * @param kind tells protocols and fragments apart
   * @param detail ports, or what takes their place
   */
  long key(
      int scope,
      int kind,
      int detail,
      long localHigh,
      long localLow,
      long remoteHigh,
      long remoteLow) {
    long hash = mix(localHigh ^ secret0, localLow ^ secret1);
    hash = mix(hash ^ remoteHigh, remoteLow ^ secret2);
    hash = mix(hash ^ ((long) scope << Integer.SIZE | detail & 0xffff_ffffL), kind ^ secret3);
    return hash == 0 ? 1 : hash;
  }

  private static long mix(long a, long b) {
    return a * b ^ Math.multiplyHigh(a, b);
  }

  private int set(long key) {
    return (int) key * 2 * WAYS & cells.length - 1;
  }

  /** Whether a flow was seen within {@code lifeNs}; it is seen by that. */
  boolean recall(long key, long nowNs, long lifeNs) {
    int set = set(key);
    for (int i = set; i < set + 2 * WAYS; i += 2) {
      if ((long) CELL.getAcquire(cells, i) == key) {
        long ageNs = nowNs - (long) CELL.getOpaque(cells, i + 1);
        if (ageNs >= lifeNs) {
          return false;
        }
        if (ageNs >= RENEW_NS) {
          CELL.setOpaque(cells, i + 1, nowNs);
        }
        return true;
      }
    }
    return false;
  }

  /**
   * Sees a flow.
   *
   * @param lifeNs how long the longest flow is of interest
   * @return whether another one that is of interest had to go for it
   */
  boolean remember(long key, long nowNs, long lifeNs) {
    int set = set(key);
    int oldest = set;
    long oldestKey = 0;
    long oldestAgeNs = Long.MIN_VALUE;
    for (int i = set; i < set + 2 * WAYS; i += 2) {
      long present = (long) CELL.getAcquire(cells, i);
      long ageNs = nowNs - (long) CELL.getOpaque(cells, i + 1);
      if (present == key) {
        if (ageNs >= RENEW_NS) {
          CELL.setOpaque(cells, i + 1, nowNs);
        }
        return false;
      }
      if (present == 0) {
        ageNs = Long.MAX_VALUE;
      }
      if (ageNs > oldestAgeNs) {
        oldest = i;
        oldestKey = present;
        oldestAgeNs = ageNs;
      }
    }
    // The time first: whoever finds the key finds a time that is no older than the key.
    CELL.setOpaque(cells, oldest + 1, nowNs);
    boolean taken = CELL.compareAndSet(cells, oldest, oldestKey, key);
    return taken && oldestKey != 0 && oldestAgeNs < lifeNs;
  }
}
