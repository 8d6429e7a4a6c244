package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The Internet checksum, RFC 1071: the complement of the one's complement sum of 16-bit words.
 *
 * <p>Sums here are folded and not complemented, 0 to 65,535, words read big-endian, so those of
 * adjacent pieces add up as long as every piece but the last has an even length. Addresses are
 * native memory; lengths are the caller's to check. Nothing is allocated.
 */
public final class Checksum {
  private Checksum() {}

  /**
   * The sum over {@code length} bytes, 0 to 65,535; a last odd byte counts as if a zero followed.
   *
   * <p>The loop is as plain as it can be on purpose: this form becomes vector code, unrolled by
   * hand it does not. Words of any width and order add up to the same (RFC 1071, section 2), so it
   * reads 64 bits in the machine's usual order, adds their halves, which needs no widening in a
   * vector, and swaps the bytes once, at the end.
   */
  public static int sum(long address, int length) {
    long sum = 0;
    int words = length >>> 3;
    for (int i = 0; i < words; i++) {
      long word = NativeMemory.getLongLe(address + i * 8L);
      sum += (word & 0xffff_ffffL) + (word >>> 32);
    }
    long tail = address + words * 8L;
    if ((length & 4) != 0) {
      sum += NativeMemory.getIntLe(tail) & 0xffff_ffffL;
      tail += 4;
    }
    if ((length & 2) != 0) {
      sum += NativeMemory.getShortLe(tail) & 0xffff;
      tail += 2;
    }
    if ((length & 1) != 0) {
      sum += NativeMemory.getUnsignedByte(tail);
    }
    return Short.reverseBytes((short) fold(sum)) & 0xffff;
  }

  /** Adds sums, or any number not negative, into one: end-around carry down to 16 bits. */
  public static int fold(long sum) {
    long folded = (sum & 0xffff_ffffL) + (sum >>> 32);
    folded = (folded & 0xffff) + (folded >>> 16);
    folded = (folded & 0xffff) + (folded >>> 16);
    return (int) ((folded & 0xffff) + (folded >>> 16));
  }

  /** What goes into the header: the complement of a sum, 0 to 65,535. */
  public static int complement(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /**
   * A checksum after one 16-bit word under it has changed, RFC 1624, equation 3. All are 0 to
   * 65,535.
   */
  public static int update(int checksum, int oldWord, int newWord) {
    return complement((~checksum & 0xffffL) + (~oldWord & 0xffffL) + newWord);
  }
}
