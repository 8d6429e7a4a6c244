package io.taltun.dataplane.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Finds the session that a packet's receiver index names. One control thread writes, any number of
 * threads read: a read takes no lock, allocates nothing and sees every session whose {@link #put}
 * came before it, also while the table is being rebuilt.
 *
 * <p>Open addressing with linear probing. Within one table a slot keeps its index for good, so a
 * reader that finds the index never gets another's session; removed slots are only swept by a
 * rebuild, which fills a new table aside and publishes it whole.
 *
 * @param <S> the session
 */
public final class SessionIndex<S> {
  private static final int MAX_LIMIT = 1 << 26;
  private static final int MIN_SLOTS = 64;

  /** A slot whose index is allocated and has no session yet. */
  private static final Object RESERVED = new Object();

  /** A slot whose index was removed: probing goes on behind it. */
  private static final Object REMOVED = new Object();

  private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(Object[].class);

  private final int limit;

  // Written by the control thread.
  private volatile Table table = new Table(MIN_SLOTS);
  private volatile int size;

  /**
   * An empty index.
   *
   * @param limit greatest number of indices in use, at least 1, at most 2^26
   */
  public SessionIndex(int limit) {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("a limit of " + limit);
    }
    this.limit = limit;
  }

  /** The session of an index, or null. For any thread. */
  @SuppressWarnings("unchecked") // only put stores anything but the two markers
  public S get(int index) {
    Object state = table.state(index);
    return state == RESERVED || state == REMOVED ? null : (S) state;
  }

  /** Number of indices in use, allocated ones without a session included. For any thread. */
  public int size() {
    return size;
  }

  /**
   * Draws an index that nobody can foresee and nobody uses, and keeps it until it is removed; it
   * has no session before {@link #put}. Control thread only.
   *
   * @param random unpredictable to others, a {@code SecureRandom} outside tests
   * @return empty at the limit
   */
  public OptionalInt allocate(RandomGenerator random) {
    if (size == limit) {
      return OptionalInt.empty();
    }
    // At most 2^26 of 2^32 are in use: a second draw is rare.
    int index = random.nextInt();
    while (isUsed(table.state(index))) {
      index = random.nextInt();
    }
    store(index, RESERVED);
    return OptionalInt.of(index);
  }

  /**
   * Gives an index, allocated or not in use, to a session. Control thread only.
   *
   * @return false, and nothing changed, when the index has a session or the limit is reached
   */
  public boolean put(int index, S session) {
    Object state = table.state(index);
    if (isUsed(state) ? state != RESERVED : size == limit) {
      return false;
    }
    store(index, Objects.requireNonNull(session));
    return true;
  }

  /** Frees an index; one that is not in use stays so. Control thread only. */
  public void remove(int index) {
    int slot = table.find(index);
    if (isUsed(table.states[slot])) {
      table.publish(slot, REMOVED);
      size = size - 1;
    }
  }

  private static boolean isUsed(Object state) {
    return state != null && state != REMOVED;
  }

  private void store(int index, Object state) {
    if (2 * (table.filled + 1) > table.states.length) {
      rebuild();
    }
    boolean added = !isUsed(table.state(index));
    table.set(index, state);
    if (added) {
      size = size + 1;
    }
  }

  /** A table a quarter full at most: a quarter of its slots are filled before the next rebuild. */
  private void rebuild() {
    Table old = table;
    int slots = Math.max(MIN_SLOTS, Integer.highestOneBit(4 * size + 3) << 1);
    Table fresh = new Table(slots);
    for (int slot = 0; slot < old.states.length; slot++) {
      Object state = old.states[slot];
      if (isUsed(state)) {
        fresh.set(old.indices[slot], state);
      }
    }
    table = fresh;
  }

  private static final class Table {
    // Written by the control thread: an index before its state, and never again.
    final int[] indices;
    final Object[] states;
    int filled;

    private final int shift;

    /**
     * @param slots a power of two
     */
    Table(int slots) {
      indices = new int[slots];
      states = new Object[slots];
      shift = Integer.SIZE - Integer.numberOfTrailingZeros(slots);
    }

    /** What the index's slot holds; null when it has none. For any thread. */
    Object state(int index) {
      int slot = home(index);
      while (true) {
        // One read: a free slot may be another index's a moment later.
        Object state = STATE.getAcquire(states, slot);
        if (state == null || indices[slot] == index) {
          return state;
        }
        slot = next(slot);
      }
    }

    /** The slot of an index, or the free one where it would go; half are free. Writer only. */
    int find(int index) {
      int slot = home(index);
      while (states[slot] != null && indices[slot] != index) {
        slot = next(slot);
      }
      return slot;
    }

    void set(int index, Object state) {
      int slot = find(index);
      if (states[slot] == null) {
        indices[slot] = index;
        filled++;
      }
      publish(slot, state);
    }

    /** Fibonacci hashing: neighbouring indices land far apart. */
    private int home(int index) {
      return index * 0x9E3779B9 >>> shift;
    }

    private int next(int slot) {
      return slot + 1 & states.length - 1;
    }

    void publish(int slot, Object state) {
      STATE.setRelease(states, slot, state);
    }
  }
}
