package io.taltun.bench.micro;

import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;

/** Packets with the memory around them that a {@link TransportCipher} may touch. */
final class PacketRoom {
  private static final int ALIGNMENT = 64;

  private PacketRoom() {}

  /** The address of a packet of {@code length} bytes and a tag, at the start of a cache line. */
  static long allocate(Arena arena, int length) {
    int size =
        TransportCipher.HEADROOM + length + TransportCipher.TAG_LENGTH + TransportCipher.TAILROOM;
    return arena.allocate(size, ALIGNMENT).address() + TransportCipher.HEADROOM;
  }
}
