package io.taltun.dataplane.udp;

import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;

/**
 * Up to {@value #SIZE} datagrams of one recvmmsg(2). What it shows is the worker's until the next
 * {@link #receive}. Owned by one worker.
 */
public final class ReceiveBatch {
  public static final int SIZE = PacketSlots.COUNT;

  private static final int MSG_DONTWAIT = 0x40;

  private final MessageArray messages;
  private final PacketSlots slots;

  public ReceiveBatch(Arena arena) {
    messages = new MessageArray(arena, SIZE);
    slots = new PacketSlots(arena);
    for (int i = 0; i < SIZE; i++) {
      messages.setBuffer(i, slots.address(i), PacketSlots.CAPACITY);
    }
  }

  /**
   * Receives what waits.
   *
   * @return datagrams, or {@code -errno} (EAGAIN when there are none; ICMP errors of earlier sends
   *     come here too and mean nothing)
   */
  public int receive(UdpSocket socket) {
    for (int i = 0; i < SIZE; i++) {
      messages.setAddressLength(i, MessageArray.ADDRESS_ROOM);
    }
    return Syscall.recvmmsg(socket.fd(), messages.header(0), SIZE, MSG_DONTWAIT);
  }

  /** Address of datagram {@code i}, writable, with room behind it. */
  public long datagram(int i) {
    return slots.address(i);
  }

  /** Bytes of datagram {@code i}. */
  public int length(int i) {
    return messages.length(i);
  }

  /** Whether datagram {@code i} was longer than its place and is cut (trap 6). */
  public boolean truncated(int i) {
    return (messages.flags(i) & MessageArray.MSG_TRUNC) != 0;
  }

  /** Address of the sender's socket address of datagram {@code i}. */
  public long source(int i) {
    return messages.address(i);
  }
}
