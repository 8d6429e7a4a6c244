package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * An OSSL_PARAM (openssl/core.h): key, data type, data, data size and return size. An array of them
 * ends with a zeroed one.
 */
final class Parameter {
  /** Bytes of the structure. */
  static final int LENGTH = 40;

  private static final int KEY = 0;
  private static final int DATA_TYPE = 8;
  private static final int DATA = 16;
  private static final int DATA_SIZE = 24;
  private static final int RETURN_SIZE = 32;
  private static final int OSSL_PARAM_UNSIGNED_INTEGER = 2;
  private static final int OSSL_PARAM_OCTET_STRING = 5;
  private static final long OSSL_PARAM_UNMODIFIED = -1;

  private Parameter() {}

  /** Writes one whose value is the {@code length} bytes at {@code data}. */
  static void putBytes(long at, long name, long data, long length) {
    put(at, name, OSSL_PARAM_OCTET_STRING, data, length);
  }

  /** Writes one whose value is the size_t at {@code data}. */
  static void putSize(long at, long name, long data) {
    put(at, name, OSSL_PARAM_UNSIGNED_INTEGER, data, Long.BYTES);
  }

  private static void put(long at, long name, int type, long data, long size) {
    NativeMemory.putLong(at + KEY, name);
    NativeMemory.putInt(at + DATA_TYPE, type);
    NativeMemory.putLong(at + DATA, data);
    NativeMemory.putLong(at + DATA_SIZE, size);
    NativeMemory.putLong(at + RETURN_SIZE, OSSL_PARAM_UNMODIFIED);
  }
}
