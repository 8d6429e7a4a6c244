package io.taltun.daemon.peer;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.crypto.wire.TransportData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/** A session's keys and counters as a worker would hold them. */
final class SimulatedSession {
  final PeerProtocol peer;
  final SessionLife life;
  private final TransportCipher sealer;
  private final TransportCipher opener;
  private final BitSet seen = new BitSet();
  int counter;

  SimulatedSession(PeerProtocol peer, SessionLife life, TransportKeys keys, Aead aead) {
    this.peer = peer;
    this.life = life;
    try (keys) {
      sealer = keys.sealer(aead);
      opener = keys.opener(aead);
    }
  }

  private SimulatedSession(PeerProtocol peer, SessionLife life, SimulatedSession before) {
    this.peer = peer;
    this.life = life;
    sealer = before.sealer;
    opener = before.opener;
    seen.or(before.seen);
    counter = before.counter;
  }

  /** The same session in another process. */
  SimulatedSession goingOn(PeerProtocol nextPeer, SessionLife nextLife) {
    return new SimulatedSession(nextPeer, nextLife, this);
  }

  byte[] seal(byte[] packet) {
    byte[] message = new byte[TransportData.OVERHEAD + packet.length];
    TransportData.putHeader(message, life.remoteIndex(), counter);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = room(arena, packet.length + TransportData.TAG_LENGTH);
      MemorySegment.copy(packet, 0, buffer, ValueLayout.JAVA_BYTE, 0, packet.length);
      sealer.seal(counter++, buffer.address(), packet.length, buffer.address());
      MemorySegment.copy(
          buffer,
          ValueLayout.JAVA_BYTE,
          0,
          message,
          TransportData.PACKET,
          packet.length + TransportData.TAG_LENGTH);
    }
    return message;
  }

  /** Null when the message is not authentic. */
  byte[] open(byte[] message) {
    int length = message.length - TransportData.HEADER_LENGTH;
    byte[] packet = new byte[length - TransportData.TAG_LENGTH];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sealed = room(arena, length);
      MemorySegment opened = room(arena, length);
      MemorySegment.copy(message, TransportData.PACKET, sealed, ValueLayout.JAVA_BYTE, 0, length);
      if (!opener.open(
          TransportData.counter(message), sealed.address(), length, opened.address())) {
        return null;
      }
      MemorySegment.copy(opened, ValueLayout.JAVA_BYTE, 0, packet, 0, packet.length);
    }
    return packet;
  }

  private static MemorySegment room(Arena arena, int length) {
    long bytes = TransportCipher.HEADROOM + length + TransportCipher.TAILROOM;
    return arena.allocate(bytes, 64).asSlice(TransportCipher.HEADROOM);
  }

  boolean firstTime(long messageCounter) {
    boolean first = !seen.get((int) messageCounter);
    seen.set((int) messageCounter);
    return first;
  }

  void close() {
    sealer.close();
    opener.close();
  }
}
