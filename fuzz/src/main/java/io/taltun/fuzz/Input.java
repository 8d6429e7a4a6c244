package io.taltun.fuzz;

import java.util.Arrays;

/**
 * Reads an input as a row of choices, so that bytes that are mutated are choices that change. It
 * never ends: behind the last byte all is zero.
 */
public final class Input {
  private final byte[] bytes;
  private int at;

  /** Lends the bytes. */
  public Input(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Bytes that are left. */
  public int remaining() {
    return bytes.length - at;
  }

  /** Whether only zeroes follow. */
  public boolean isEmpty() {
    return at == bytes.length;
  }

  /** The next byte, 0 to 255. */
  public int next() {
    return at < bytes.length ? bytes[at++] & 0xff : 0;
  }

  /** The next two bytes, 0 to 65,535. */
  public int next16() {
    return next() << Byte.SIZE | next();
  }

  /** The next four bytes. */
  public int nextInt() {
    return next16() << Short.SIZE | next16();
  }

  /** The next eight bytes. */
  public long nextLong() {
    return (long) nextInt() << Integer.SIZE | nextInt() & 0xffff_ffffL;
  }

  /** A number from 0 to {@code bound} − 1; two bytes where one is not enough. */
  public int below(int bound) {
    return (bound <= 256 ? next() : next16()) % bound;
  }

  /** True for one value in {@code n} of the next byte; false at the end. */
  public boolean oneIn(int n) {
    return next() % n == n - 1;
  }

  /** The next bytes, as many as {@code most} of what is left. */
  public byte[] take(int most) {
    int end = Math.min(bytes.length, at + most);
    byte[] taken = Arrays.copyOfRange(bytes, at, end);
    at = end;
    return taken;
  }

  /** All that is left. */
  public byte[] rest() {
    return take(remaining());
  }
}
