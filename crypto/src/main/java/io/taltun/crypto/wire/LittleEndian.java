package io.taltun.crypto.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The byte order of the whole protocol (whitepaper, section 5.4), decided once. */
final class LittleEndian {
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}

  static int getInt(byte[] message, int offset) {
    return (int) INT.get(message, offset);
  }

  static void putInt(byte[] message, int offset, int value) {
    INT.set(message, offset, value);
  }

  static long getLong(byte[] message, int offset) {
    return (long) LONG.get(message, offset);
  }

  static void putLong(byte[] message, int offset, long value) {
    LONG.set(message, offset, value);
  }
}
