package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;

/**
 * An array of {@code struct mmsghdr} ({@link MessageHeader}) for recvmmsg(2) and sendmmsg(2), each
 * with one iovec, one socket address and room for control messages. Owned by one thread.
 */
public final class MessageArray {
  /** Room for a socket address, and behind it for what else a reader keeps of a message. */
  public static final int ADDRESS_ROOM = 56;

  /** Flag of a datagram that was longer than its buffer. */
  public static final int MSG_TRUNC = 0x20;

  private static final int IOVEC_SIZE = 16;

  /** Bytes of the longest socket address, {@code struct sockaddr_in6}. */
  private static final int LONGEST_ADDRESS = 28;

  /** Room for UDP_GRO, SO_RXQ_OVFL and the traffic class, 24 bytes each, and in6_pktinfo, 40. */
  private static final int CONTROL_ROOM = 128;

  private final long headers;
  private final long vectors;
  private final long addresses;

  /**
   * @param count messages
   */
  public MessageArray(Arena arena, int count) {
    headers = arena.allocate((long) count * MessageHeader.SIZE, 64).address();
    vectors = arena.allocate((long) count * IOVEC_SIZE, 64).address();
    addresses = arena.allocate((long) count * ADDRESS_ROOM, 64).address();
    long controls = arena.allocate((long) count * CONTROL_ROOM, 64).address();
    for (int i = 0; i < count; i++) {
      long control = controls + (long) i * CONTROL_ROOM;
      MessageHeader.init(header(i), address(i), vectors + (long) i * IOVEC_SIZE, control);
      MessageHeader.setNameLength(header(i), LONGEST_ADDRESS);
    }
  }

  /** Address of message {@code i}, to be passed to recvmmsg and sendmmsg. */
  public long header(int i) {
    return headers + (long) i * MessageHeader.SIZE;
  }

  /** Address of the socket address of message {@code i}, {@link #ADDRESS_ROOM} bytes. */
  public long address(int i) {
    return addresses + (long) i * ADDRESS_ROOM;
  }

  /** Points message {@code i} at a buffer of the given bytes. */
  public void setBuffer(int i, long buffer, long length) {
    long vector = vectors + (long) i * IOVEC_SIZE;
    NativeMemory.putLong(vector, buffer);
    NativeMemory.putLong(vector + 8, length);
  }

  /** Sets the bytes of message {@code i}'s socket address; the kernel overwrites it on receive. */
  public void setAddressLength(int i, int length) {
    MessageHeader.setNameLength(header(i), length);
  }

  /**
   * Lets the kernel cut message {@code i} into datagrams as it sends it (UDP_SEGMENT), and takes
   * all other control messages away.
   *
   * @param bytes of each datagram but the last, or 0 for one datagram
   */
  public void setSegmentSize(int i, int bytes) {
    long header = header(i);
    MessageHeader.clearControl(header);
    if (bytes != 0) {
      int level = MessageHeader.SOL_UDP;
      int type = MessageHeader.UDP_SEGMENT;
      NativeMemory.putShort(
          MessageHeader.addControl(header, level, type, Short.BYTES), (short) bytes);
    }
  }

  /** Gives message {@code i} its whole room for an address and control messages to receive. */
  public void prepareToReceive(int i) {
    MessageHeader.setNameLength(header(i), LONGEST_ADDRESS);
    MessageHeader.setControlLength(header(i), CONTROL_ROOM);
  }

  /** Bytes received into message {@code i}. */
  public int length(int i) {
    return MessageHeader.length(header(i));
  }

  /** {@code msg_flags} after a receive. */
  public int flags(int i) {
    return MessageHeader.flags(header(i));
  }
}
