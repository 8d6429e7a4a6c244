package io.taltun.dataplane.route;

import java.util.Comparator;

/**
 * One prefix and the leaf that stands for its owner. The address is left-aligned in 128 bits (IPv4
 * fills the upper 32 of {@code high}); bits behind {@code length} are zero.
 *
 * @param high bits 0 to 63 of the address, the first bit of the address in the sign
 * @param low bits 64 to 127
 * @param length 0 to 128, in bits
 * @param leaf index of the owner, greater than zero
 */
record Prefix(long high, long low, int length, int leaf) {
  /** By address, a prefix before those it contains. */
  static final Comparator<Prefix> OUTER_FIRST =
      (a, b) -> {
        int byHigh = Long.compareUnsigned(a.high, b.high);
        int byAddress = byHigh != 0 ? byHigh : Long.compareUnsigned(a.low, b.low);
        return byAddress != 0 ? byAddress : Integer.compare(a.length, b.length);
      };

  Prefix {
    high &= length >= Long.SIZE ? -1L : ~(-1L >>> length);
    low &= length >= 2 * Long.SIZE ? -1L : length <= Long.SIZE ? 0 : ~(-1L >>> length);
  }

  boolean sameRange(Prefix other) {
    return high == other.high && low == other.low && length == other.length;
  }

  /** Number of leading address bits, 0 to 128, that both have in common, whatever the lengths. */
  int commonBits(Prefix other) {
    return high != other.high
        ? Long.numberOfLeadingZeros(high ^ other.high)
        : Long.SIZE + Long.numberOfLeadingZeros(low ^ other.low);
  }
}
