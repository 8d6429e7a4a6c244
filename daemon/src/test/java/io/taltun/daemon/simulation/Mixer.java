package io.taltun.daemon.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A hash of 256 bits without any cryptographic strength: each bit of the input changes about half
 * of the output, in a few nanoseconds. Nobody in a simulation looks for collisions.
 */
final class Mixer {
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long FIRST_FACTOR = 0x9e3779b97f4a7c15L;
  private static final long SECOND_FACTOR = 0xd6e8feb86659fd93L;

  private long left;
  private long right;

  /** Another {@code domain} gives another hash function. */
  Mixer(long domain) {
    left = domain * FIRST_FACTOR;
    right = ~domain * SECOND_FACTOR;
  }

  void add(long word) {
    left = stir(left ^ word);
    right = stir(right + word * SECOND_FACTOR ^ left);
  }

  void add(byte[] bytes) {
    add(bytes, 0, bytes.length);
  }

  /** The length is part of the input. */
  void add(byte[] bytes, int offset, int length) {
    add(length);
    int end = offset + length;
    int at = offset;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      add((long) LONG.get(bytes, at));
    }
    if (at < end) {
      long word = 0;
      for (int i = at; i < end; i++) {
        word = word << Byte.SIZE | bytes[i] & 0xff;
      }
      add(word);
    }
  }

  /** Writes 16 or 32 bytes and leaves the state as it is. */
  void write(byte[] out, int offset, int length) {
    long word = left;
    for (int at = 0; at < length; at += Long.BYTES) {
      word = stir(word + right + at);
      LONG.set(out, offset + at, word);
    }
  }

  /** Eight bytes of the hash. */
  long word() {
    return stir(left + right);
  }

  private static long stir(long word) {
    long stirred = (word ^ word >>> 32) * FIRST_FACTOR;
    stirred = (stirred ^ stirred >>> 29) * SECOND_FACTOR;
    return stirred ^ stirred >>> 32;
  }
}
