package io.taltun.dataplane.memory;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.TransportData;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.udp.MessageSocket;
import java.lang.foreign.Arena;

/**
 * One datagram of each kind that a gateway meets beside its peers' data: too short, of no type, of
 * no session, forged, seen before, of the handshake. What the compiler has never met it leaves out,
 * and the first of its kind would cost the whole path its compiled code, under an attack of all
 * times.
 */
final class Disturbance {
  private static final int LENGTH = 160;
  private static final int UNKNOWN_INDEX = 0x7fff_ffff;

  private final MessageArray messages;
  private final long[] buffers;

  /**
   * @param index of a session at the receiver
   */
  Disturbance(Arena arena, int index) {
    buffers =
        new long[] {
          of(arena, 0, 0, 1),
          of(arena, 0, 0, 3),
          of(arena, 9, 0, LENGTH),
          of(arena, MessageType.TRANSPORT_DATA, index, 16),
          of(arena, MessageType.TRANSPORT_DATA, UNKNOWN_INDEX, LENGTH),
          of(arena, MessageType.TRANSPORT_DATA, index, LENGTH),
          of(arena, MessageType.INITIATION, 0, Initiation.LENGTH),
          of(arena, MessageType.RESPONSE, 0, LENGTH)
        };
    messages = new MessageArray(arena, buffers.length);
    int[] lengths = {1, 3, LENGTH, 16, LENGTH, LENGTH, Initiation.LENGTH, LENGTH};
    for (int i = 0; i < buffers.length; i++) {
      messages.setBuffer(i, buffers[i], lengths[i]);
      messages.setSegmentSize(i, 0);
    }
  }

  private static long of(Arena arena, int type, int index, int length) {
    long datagram = arena.allocate(Math.max(length, LENGTH), 8).address();
    NativeMemory.putIntLe(datagram, type);
    NativeMemory.putIntLe(datagram + TransportData.RECEIVER_INDEX, index);
    return datagram;
  }

  /** Sends them. */
  void send(MessageSocket socket) {
    socket.send(messages.header(0), buffers.length);
  }
}
