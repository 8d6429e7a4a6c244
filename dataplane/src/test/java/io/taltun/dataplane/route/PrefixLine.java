package io.taltun.dataplane.route;

import java.util.List;

/** A line of a routing table that is scanned from top to bottom: too simple to be wrong. */
record PrefixLine(byte[] address, int length, Integer owner) {
  boolean contains(byte[] other) {
    boolean same = other.length == address.length;
    for (int bit = 0; same && bit < length; bit++) {
      same = ((other[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8) == 0;
    }
    return same;
  }

  /** Whose the longest prefix is; of equal ones, the last one's. Null for nobody's. */
  static Integer owner(List<PrefixLine> lines, byte[] address) {
    PrefixLine longest = null;
    for (PrefixLine line : lines) {
      if (line.contains(address) && (longest == null || line.length >= longest.length)) {
        longest = line;
      }
    }
    return longest == null ? null : longest.owner;
  }
}
