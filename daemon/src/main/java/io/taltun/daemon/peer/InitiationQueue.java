package io.taltun.daemon.peer;

import io.taltun.crypto.wire.Initiation;
import io.taltun.dataplane.udp.Endpoint;
import java.util.Arrays;

/**
 * Initiations that wait for Diffie-Hellman, in fair shares: stochastic fairness queueing (P.
 * McKenney, INFOCOM 1990). Sources fall into flows, a flow is first in, first out, and the flows
 * take turns. When the queue is full the newest of the longest flow goes: who waits behind nobody
 * but himself loses nothing to somebody else's flood.
 *
 * <p>Memory is allocated as the queue grows and kept for the next time, {@link #CAPACITY} × 148
 * bytes at most (trap 32). Control thread only.
 */
final class InitiationQueue {
  /** As many as the kernel's WireGuard lets wait (MAX_QUEUED_INCOMING_HANDSHAKES). */
  static final int CAPACITY = 4096;

  /** A power of two. */
  static final int FLOWS = 1024;

  private static final int NONE = -1;

  // By place. A free place's next is another free place.
  private final byte[][] messages = new byte[CAPACITY][];
  private final Endpoint[] sources = new Endpoint[CAPACITY];
  private final int[] next = new int[CAPACITY];
  private final int[] previous = new int[CAPACITY];

  // By flow.
  private final int[] first = new int[FLOWS];
  private final int[] last = new int[FLOWS];
  private final int[] length = new int[FLOWS];

  // By length, how many flows have it; and the greatest that one has.
  private final int[] flowsOf = new int[CAPACITY + 1];
  private int longest;

  // The flows that have something, in a circle.
  private final int[] nextFlow = new int[FLOWS];
  private final int[] previousFlow = new int[FLOWS];

  private int firstFree;
  private int used;
  private int size;

  /** Whose turn it is; only while something waits. */
  private int turn;

  private final byte[] taken = new byte[Initiation.LENGTH];
  private Endpoint takenFrom;

  InitiationQueue() {
    firstFree = NONE;
    flowsOf[0] = FLOWS;
    Arrays.fill(first, NONE);
    Arrays.fill(last, NONE);
  }

  /**
   * Copies an initiation of 148 bytes.
   *
   * @param flow 0 to {@link #FLOWS} − 1
   * @return false when an initiation had to go, be it this one or another
   */
  boolean add(byte[] message, Endpoint source, int flow) {
    boolean room = size < CAPACITY;
    if (!room) {
      if (length[flow] == longest) {
        return false;
      }
      int longer = longestFlow(flow);
      remove(longer, last[longer]);
    }
    int place = takePlace();
    System.arraycopy(message, 0, messages[place], 0, Initiation.LENGTH);
    sources[place] = source;
    append(flow, place);
    return room;
  }

  /** Makes the initiation whose turn it is {@link #message} and {@link #source}; false for none. */
  boolean take() {
    if (size == 0) {
      takenFrom = null;
      return false;
    }
    int flow = turn;
    int place = first[flow];
    turn = nextFlow[flow];
    System.arraycopy(messages[place], 0, taken, 0, Initiation.LENGTH);
    takenFrom = sources[place];
    remove(flow, place);
    return true;
  }

  /** What was taken last; good until the next {@link #take}. */
  byte[] message() {
    return taken;
  }

  Endpoint source() {
    return takenFrom;
  }

  /** How many wait. */
  int size() {
    return size;
  }

  /** How many of a flow wait. */
  int size(int flow) {
    return length[flow];
  }

  void clear() {
    while (take()) {
      // Until it is empty.
    }
  }

  /** Of several the next after {@code flow}. */
  private int longestFlow(int flow) {
    int candidate = flow;
    do {
      candidate = candidate + 1 & FLOWS - 1;
    } while (length[candidate] != longest);
    return candidate;
  }

  private int takePlace() {
    if (firstFree == NONE) {
      messages[used] = new byte[Initiation.LENGTH];
      return used++;
    }
    int place = firstFree;
    firstFree = next[place];
    return place;
  }

  private void append(int flow, int place) {
    next[place] = NONE;
    previous[place] = last[flow];
    if (last[flow] == NONE) {
      first[flow] = place;
      join(flow);
    } else {
      next[last[flow]] = place;
    }
    last[flow] = place;
    flowsOf[length[flow]]--;
    int longer = ++length[flow];
    flowsOf[longer]++;
    longest = Math.max(longest, longer);
    size++;
  }

  private void remove(int flow, int place) {
    int before = previous[place];
    int after = next[place];
    if (before == NONE) {
      first[flow] = after;
    } else {
      next[before] = after;
    }
    if (after == NONE) {
      last[flow] = before;
    } else {
      previous[after] = before;
    }
    sources[place] = null;
    next[place] = firstFree;
    firstFree = place;
    size--;
    flowsOf[length[flow]]--;
    int shorter = --length[flow];
    flowsOf[shorter]++;
    if (flowsOf[longest] == 0) {
      longest = shorter;
    }
    if (shorter == 0) {
      leave(flow);
    }
  }

  /** Last in the circle: the flow's turn comes after everybody's. */
  private void join(int flow) {
    if (size == 0) {
      turn = flow;
      nextFlow[flow] = flow;
      previousFlow[flow] = flow;
      return;
    }
    int end = previousFlow[turn];
    nextFlow[end] = flow;
    previousFlow[flow] = end;
    nextFlow[flow] = turn;
    previousFlow[turn] = flow;
  }

  private void leave(int flow) {
    nextFlow[previousFlow[flow]] = nextFlow[flow];
    previousFlow[nextFlow[flow]] = previousFlow[flow];
    if (turn == flow) {
      turn = nextFlow[flow];
    }
  }
}
