package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;

/**
 * An array of {@code struct mmsghdr} for recvmmsg(2) and sendmmsg(2), each with one iovec and one
 * socket address. Layout on LP64:
 *
 * <pre>
 *  0 msg_name        8 | 8 msg_namelen 4 (+4) | 16 msg_iov 8 | 24 msg_iovlen 8
 * 32 msg_control     8 | 40 msg_controllen 8  | 48 msg_flags 4 (+4) | 56 msg_len 4 (+4)  = 64 bytes
 * </pre>
 *
 * <p>Owned by one thread.
 */
public final class MessageArray {
  /** Room for a {@code struct sockaddr_in6} (28 bytes), rounded up. */
  public static final int ADDRESS_ROOM = 32;

  /** Flag of a datagram that was longer than its buffer. */
  public static final int MSG_TRUNC = 0x20;

  private static final int HEADER_SIZE = 64;
  private static final int NAME_LENGTH = 8;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;
  private static final int IOVEC_SIZE = 16;

  private final long headers;
  private final long vectors;
  private final long addresses;

  /**
   * @param count messages
   */
  public MessageArray(Arena arena, int count) {
    headers = arena.allocate((long) count * HEADER_SIZE, 64).address();
    vectors = arena.allocate((long) count * IOVEC_SIZE, 64).address();
    addresses = arena.allocate((long) count * ADDRESS_ROOM, 64).address();
    for (int i = 0; i < count; i++) {
      long header = header(i);
      NativeMemory.putLong(header, address(i));
      NativeMemory.putInt(header + NAME_LENGTH, ADDRESS_ROOM);
      NativeMemory.putLong(header + 16, vectors + (long) i * IOVEC_SIZE);
      NativeMemory.putLong(header + 24, 1);
    }
  }

  /** Address of message {@code i}, to be passed to recvmmsg and sendmmsg. */
  public long header(int i) {
    return headers + (long) i * HEADER_SIZE;
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
    NativeMemory.putInt(header(i) + NAME_LENGTH, length);
  }

  /** Bytes received into message {@code i}. */
  public int length(int i) {
    return NativeMemory.getInt(header(i) + LENGTH);
  }

  /** {@code msg_flags} after a receive. */
  public int flags(int i) {
    return NativeMemory.getInt(header(i) + FLAGS);
  }
}
