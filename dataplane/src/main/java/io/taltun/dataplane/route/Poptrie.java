package io.taltun.dataplane.route;

/**
 * A compressed multiway trie over 128-bit left-aligned addresses. Immutable; any number of threads
 * look up at once; a lookup reads arrays and allocates nothing.
 *
 * <p>After H. Asai and Y. Ohara, "Poptrie: A Compressed Trie with Population Count for Fast and
 * Scalable Software IP Routing Table Lookup", SIGCOMM 2015: a node decides {@value #STRIDE} bits,
 * its children and its leaves lie side by side, and the place of one among them is the number of
 * bits set before it (section 3.1); runs of equal leaves are stored once (3.3); a table indexed by
 * the first bits replaces the top of large tries (3.4). Beyond the paper, a node says at which bit
 * it decides and what all bits before it must be, so that stretches without a branch (the common
 * half of IPv6 addresses, lone host routes) cost one comparison instead of one node each.
 *
 * <pre>
 *  long   node
 *   0     vector       bit i: slot i leads to a child node
 *   1     leafVector   bit i: a new leaf begins at slot i (child slots are stepped over)
 *   2     bases        upper 32 bits: first child's node; lower 32: first leaf
 *   3     skip         upper 32 bits: leaf where the key differs; lower 32: the bit decided at
 *   4, 5  key          the address bits before the decided ones; what follows them is not looked at
 * </pre>
 */
final class Poptrie {
  static final int STRIDE = 6;
  static final int SLOTS = 1 << STRIDE;

  static final int VECTOR = 0;
  static final int LEAF_VECTOR = 1;
  static final int BASES = 2;
  static final int SKIP = 3;
  static final int KEY_HIGH = 4;
  static final int KEY_LOW = 5;
  static final int NODE_LONGS = 6;

  private final int directBits;
  private final int[] direct; // 2^directBits references: a node, or the complement of a leaf
  private final long[] nodes;
  private final int[] leaves;
  private final int size;

  Poptrie(int directBits, int[] direct, long[] nodes, int[] leaves, int size) {
    this.directBits = directBits;
    this.direct = direct;
    this.nodes = nodes;
    this.leaves = leaves;
    this.size = size;
  }

  /** The leaf of the longest prefix that contains the address; 0 when none does. */
  int lookup(long high, long low) {
    int reference = direct[directSlot(high, directBits)];
    while (reference >= 0) {
      int node = reference * NODE_LONGS;
      long skip = nodes[node + SKIP];
      int offset = (int) skip;
      long word;
      long difference;
      // Shift counts are taken modulo 64, so ~offset counts as 63 - offset % 64: together with the
      // shift by 1 only the bits before the offset stay, none at all for offset 0.
      if (offset < Long.SIZE) {
        word = high;
        difference = (high ^ nodes[node + KEY_HIGH]) >>> 1 >>> ~offset;
      } else {
        word = low;
        difference =
            (high ^ nodes[node + KEY_HIGH]) | (low ^ nodes[node + KEY_LOW]) >>> 1 >>> ~offset;
      }
      if (difference != 0) {
        return (int) (skip >>> Integer.SIZE);
      }
      long slot = 1L << slot(word, offset);
      long vector = nodes[node + VECTOR];
      long bases = nodes[node + BASES];
      if ((vector & slot) == 0) {
        long upToSlot = nodes[node + LEAF_VECTOR] & (slot | slot - 1);
        return leaves[(int) bases + Long.bitCount(upToSlot) - 1];
      }
      reference = (int) (bases >>> Integer.SIZE) + Long.bitCount(vector & slot - 1);
    }
    return ~reference;
  }

  /** Number of distinct prefixes. */
  int size() {
    return size;
  }

  /** The memory behind this trie, in bytes, array headers left out. */
  long sizeInBytes() {
    return (long) nodes.length * Long.BYTES
        + (long) (direct.length + leaves.length) * Integer.BYTES;
  }

  static int directSlot(long high, int directBits) {
    return (int) (high >>> 1 >>> ~directBits);
  }

  /** The {@value #STRIDE} bits at {@code offset} (modulo 64) of a word that holds all of them. */
  static int slot(long word, int offset) {
    return (int) (word << offset >>> Long.SIZE - STRIDE);
  }
}
