package io.taltun.dataplane.route;

import static io.taltun.dataplane.route.Poptrie.BASES;
import static io.taltun.dataplane.route.Poptrie.KEY_HIGH;
import static io.taltun.dataplane.route.Poptrie.KEY_LOW;
import static io.taltun.dataplane.route.Poptrie.LEAF_VECTOR;
import static io.taltun.dataplane.route.Poptrie.NODE_LONGS;
import static io.taltun.dataplane.route.Poptrie.SKIP;
import static io.taltun.dataplane.route.Poptrie.SLOTS;
import static io.taltun.dataplane.route.Poptrie.STRIDE;
import static io.taltun.dataplane.route.Poptrie.VECTOR;

import java.util.Arrays;
import java.util.List;

/** Lays a {@link Poptrie} out, once, by recursion over prefixes in order of address. */
final class PoptrieBuilder {
  /** As in the paper; 256 KiB, worth it once the nodes it saves are many. */
  private static final int DIRECT_BITS = 16;

  static final int DIRECT_FROM_PREFIXES = 1024;

  private final Prefix[] prefixes;
  private final int count;
  private long[] nodes = new long[16 * NODE_LONGS];
  private int nodeCount;
  private int[] leaves = new int[64];
  private int leafCount;

  private PoptrieBuilder(List<Prefix> added) {
    prefixes = added.toArray(Prefix[]::new);
    Arrays.sort(prefixes, Prefix.OUTER_FIRST);
    count = dropRepeated();
  }

  /** Of equal prefixes the last one of the list counts. */
  static Poptrie build(List<Prefix> added) {
    return new PoptrieBuilder(added).layOut();
  }

  /** Keeps the last of each run of equals: the sort is stable, so that is the last one added. */
  private int dropRepeated() {
    int kept = 0;
    for (int i = 0; i < prefixes.length; i++) {
      if (i + 1 == prefixes.length || !prefixes[i].sameRange(prefixes[i + 1])) {
        prefixes[kept++] = prefixes[i];
      }
    }
    return kept;
  }

  private Poptrie layOut() {
    int bits = count < DIRECT_FROM_PREFIXES ? 0 : DIRECT_BITS;
    int[] direct = new int[1 << bits];
    Arrays.fill(direct, ~0);
    int i = 0;
    while (i < count) {
      Prefix prefix = prefixes[i];
      int slot = Poptrie.directSlot(prefix.high(), bits);
      if (prefix.length() <= bits) {
        Arrays.fill(direct, slot, slot + (1 << bits - prefix.length()), ~prefix.leaf());
        i++;
        continue;
      }
      int from = i;
      while (i < count && Poptrie.directSlot(prefixes[i].high(), bits) == slot) {
        i++;
      }
      int node = reserve(1);
      fill(node, from, i, ~direct[slot]);
      direct[slot] = node;
    }
    return new Poptrie(
        bits,
        direct,
        Arrays.copyOf(nodes, nodeCount * NODE_LONGS),
        Arrays.copyOf(leaves, leafCount),
        count);
  }

  /**
   * Fills one node with a range of prefixes that is not empty.
   *
   * @param inherited the leaf of the longest prefix around all of them, 0 when there is none
   */
  private void fill(int node, int from, int to, int inherited) {
    Prefix first = prefixes[from];
    // A prefix shorter than what all share would contain all, and so be the first.
    int offset = offsetFor(Math.min(first.length(), first.commonBits(prefixes[to - 1])));
    int end = offset + STRIDE;

    int[] slotLeaves = new int[SLOTS];
    Arrays.fill(slotLeaves, inherited);
    long vector = 0;
    for (int i = from; i < to; i++) {
      Prefix prefix = prefixes[i];
      int slot = slot(prefix, offset);
      if (prefix.length() > end) {
        vector |= 1L << slot;
      } else {
        Arrays.fill(slotLeaves, slot, slot + (1 << end - prefix.length()), prefix.leaf());
      }
    }

    int firstLeaf = leafCount;
    long leafVector = addLeaves(slotLeaves, vector);
    int firstChild = reserve(Long.bitCount(vector));
    int at = node * NODE_LONGS;
    nodes[at + VECTOR] = vector;
    nodes[at + LEAF_VECTOR] = leafVector;
    nodes[at + BASES] = (long) firstChild << Integer.SIZE | firstLeaf;
    nodes[at + SKIP] = (long) inherited << Integer.SIZE | offset;
    nodes[at + KEY_HIGH] = first.high();
    nodes[at + KEY_LOW] = first.low();

    int child = firstChild;
    int i = from;
    while (i < to) {
      if (prefixes[i].length() <= end) {
        i++;
        continue;
      }
      int slot = slot(prefixes[i], offset);
      int childFrom = i;
      while (i < to && slot(prefixes[i], offset) == slot) {
        i++;
      }
      fill(child++, childFrom, i, slotLeaves[slot]);
    }
  }

  /** Never so late that a node's bits would cross the middle or the end of the address. */
  private static int offsetFor(int sharedBits) {
    return sharedBits < Long.SIZE
        ? Math.min(sharedBits, Long.SIZE - STRIDE)
        : Math.min(sharedBits, 2 * Long.SIZE - STRIDE);
  }

  private static int slot(Prefix prefix, int offset) {
    return Poptrie.slot(offset < Long.SIZE ? prefix.high() : prefix.low(), offset);
  }

  private long addLeaves(int[] slotLeaves, long vector) {
    long leafVector = 0;
    int last = -1;
    for (int slot = 0; slot < SLOTS; slot++) {
      if ((vector & 1L << slot) == 0 && slotLeaves[slot] != last) {
        last = slotLeaves[slot];
        leafVector |= 1L << slot;
        if (leafCount == leaves.length) {
          leaves = Arrays.copyOf(leaves, 2 * leafCount);
        }
        leaves[leafCount++] = last;
      }
    }
    return leafVector;
  }

  private int reserve(int wanted) {
    int first = nodeCount;
    nodeCount += wanted;
    if (nodeCount * NODE_LONGS > nodes.length) {
      nodes = Arrays.copyOf(nodes, Math.max(2 * nodes.length, nodeCount * NODE_LONGS));
    }
    return first;
  }
}
