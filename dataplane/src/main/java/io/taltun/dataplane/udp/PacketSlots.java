package io.taltun.dataplane.udp;

import java.lang.foreign.Arena;

/**
 * Equal places for datagrams in one block of native memory. A place has room for the longest UDP
 * payload, and {@value #HEADROOM} bytes before it that belong to its user; only the pages that are
 * used become resident.
 */
final class PacketSlots {
  /** Places, and so datagrams a system call. */
  static final int COUNT = 64;

  /** The longest UDP payload over IPv4, in bytes. */
  static final int CAPACITY = 65_507;

  static final int HEADROOM = 128;

  /** No power of two, so that equal offsets do not fall into one set of the cache. */
  private static final int STRIDE = 66_048;

  private final long base;

  PacketSlots(Arena arena) {
    base = arena.allocate((long) COUNT * STRIDE, 4096).address();
  }

  /** Address of place {@code i}: {@link #CAPACITY} bytes, {@link #HEADROOM} before, some behind. */
  long address(int i) {
    return base + (long) i * STRIDE + HEADROOM;
  }
}
