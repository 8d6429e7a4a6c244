package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;

/** Where opened packets lie until they are written: apart from each other, at odd addresses. */
final class PacketStore {
  private static final int SLOT = 2_048;
  private static final int SLOTS = 256;

  private final long memory;
  private long next;

  PacketStore(Arena arena) {
    memory = arena.allocate((long) SLOTS * SLOT + 4 * 65_536, 64).address();
    next = memory;
  }

  /** From here on the places are used again. */
  void reset() {
    next = memory;
  }

  /** Copies a packet to its place. */
  long put(byte[] packet) {
    long address = next + Coalescer.HEADROOM + (packet.length & 3);
    NativeMemory.copy(packet, 0, address, packet.length);
    next = address + packet.length + 16;
    return address;
  }
}
