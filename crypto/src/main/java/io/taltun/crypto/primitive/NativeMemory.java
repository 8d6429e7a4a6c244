package io.taltun.crypto.primitive;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * All of memory as one constant segment, read and written by address.
 *
 * <p>A segment that is a compile-time constant lets loops over it become vector code. The price:
 * there are no bounds. Whoever receives an address and a length checks them once, at the edge.
 */
public final class NativeMemory {
  /** From address 0 to the end; no bounds, no lifetime. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfShort SHORT_BE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort SHORT_LE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT_BE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT_LE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG_BE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private NativeMemory() {}

  /** One byte, signed. */
  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  /** One byte, 0 to 255. */
  public static int getUnsignedByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
  }

  /** Writes one byte. */
  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  /** Two bytes, big-endian. */
  public static short getShortBe(long address) {
    return ALL.get(SHORT_BE, address);
  }

  /** Two bytes, big-endian, 0 to 65,535. */
  public static int getUnsignedShortBe(long address) {
    return ALL.get(SHORT_BE, address) & 0xffff;
  }

  /** Writes two bytes, big-endian. */
  public static void putShortBe(long address, short value) {
    ALL.set(SHORT_BE, address, value);
  }

  /** Two bytes, little-endian. */
  public static short getShortLe(long address) {
    return ALL.get(SHORT_LE, address);
  }

  /** Writes two bytes, little-endian. */
  public static void putShortLe(long address, short value) {
    ALL.set(SHORT_LE, address, value);
  }

  /** Four bytes, big-endian. */
  public static int getIntBe(long address) {
    return ALL.get(INT_BE, address);
  }

  /** Writes four bytes, big-endian. */
  public static void putIntBe(long address, int value) {
    ALL.set(INT_BE, address, value);
  }

  /** Four bytes, little-endian. */
  public static int getIntLe(long address) {
    return ALL.get(INT_LE, address);
  }

  /** Writes four bytes, little-endian. */
  public static void putIntLe(long address, int value) {
    ALL.set(INT_LE, address, value);
  }

  /** Eight bytes, big-endian. */
  public static long getLongBe(long address) {
    return ALL.get(LONG_BE, address);
  }

  /** Writes eight bytes, big-endian. */
  public static void putLongBe(long address, long value) {
    ALL.set(LONG_BE, address, value);
  }

  /** Eight bytes, little-endian. */
  public static long getLongLe(long address) {
    return ALL.get(LONG_LE, address);
  }

  /** Writes eight bytes, little-endian. */
  public static void putLongLe(long address, long value) {
    ALL.set(LONG_LE, address, value);
  }

  /** Two bytes in the host's order, as kernel structures have them. */
  public static short getShort(long address) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
  }

  /** Writes two bytes in the host's order. */
  public static void putShort(long address, short value) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
  }

  /** Four bytes in the host's order. */
  public static int getInt(long address) {
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
  }

  /** Writes four bytes in the host's order. */
  public static void putInt(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
  }

  /** Eight bytes in the host's order. */
  public static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  /** Writes eight bytes in the host's order. */
  public static void putLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }

  /** Copies {@code length} bytes; the two ranges may overlap. */
  public static void copy(long source, long destination, long length) {
    MemorySegment.copy(ALL, source, ALL, destination, length);
  }

  /** Copies from the heap to native memory. */
  public static void copy(byte[] source, int offset, long destination, int length) {
    MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, destination, length);
  }

  /** Copies from native memory to the heap. */
  public static void copy(long source, byte[] destination, int offset, int length) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, destination, offset, length);
  }

  /** Zeroes {@code length} bytes. */
  public static void clear(long address, long length) {
    ALL.asSlice(address, length).fill((byte) 0);
  }

  /** A new array with the {@code length} bytes at {@code address}. */
  public static byte[] toBytes(long address, int length) {
    byte[] bytes = new byte[length];
    copy(address, bytes, 0, length);
    return bytes;
  }
}
