package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * One {@code struct mmsghdr} with one iovec, by address, as recvmmsg(2) and sendmmsg(2) take it.
 * Layout on LP64:
 *
 * <pre>
 *  0 msg_name        8 | 8 msg_namelen 4 (+4) | 16 msg_iov 8 | 24 msg_iovlen 8
 * 32 msg_control     8 | 40 msg_controllen 8  | 48 msg_flags 4 (+4) | 56 msg_len 4 (+4)  = 64 bytes
 *
 * struct iovec:   0 iov_base 8 | 8 iov_len 8
 * struct cmsghdr: 0 cmsg_len 8 | 8 cmsg_level 4 | 12 cmsg_type 4 | 16 data, padded to 8
 * </pre>
 */
public final class MessageHeader {
  /** Bytes of a {@code struct mmsghdr}. */
  public static final int SIZE = 64;

  /** Level of UDP's control messages and options. */
  public static final int SOL_UDP = 17;

  /** Control message with the bytes of each segment to send, 16 bits. */
  public static final int UDP_SEGMENT = 103;

  /** Control message with the bytes of each segment received, an int. */
  public static final int UDP_GRO = 104;

  private static final int NAME_LENGTH = 8;
  private static final int VECTOR = 16;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;

  private static final int CMSG_LEVEL = 8;
  private static final int CMSG_TYPE = 12;
  private static final int CMSG_DATA = 16;
  private static final int CMSG_ALIGNMENT = 8;

  private MessageHeader() {}

  static void init(long header, long name, long vector, long control) {
    NativeMemory.putLong(header, name);
    NativeMemory.putLong(header + VECTOR, vector);
    NativeMemory.putLong(header + VECTOR + 8, 1);
    NativeMemory.putLong(header + CONTROL, control);
  }

  /** Address of the socket address. */
  public static long name(long header) {
    return NativeMemory.getLong(header);
  }

  static void setNameLength(long header, int bytes) {
    NativeMemory.putInt(header + NAME_LENGTH, bytes);
  }

  /** Address of the first byte of the message. */
  public static long buffer(long header) {
    return NativeMemory.getLong(NativeMemory.getLong(header + VECTOR));
  }

  /** Bytes of the message to send, or of the room to receive. */
  public static long bufferLength(long header) {
    return NativeMemory.getLong(NativeMemory.getLong(header + VECTOR) + 8);
  }

  static void setControlLength(long header, long bytes) {
    NativeMemory.putLong(header + CONTROL_LENGTH, bytes);
  }

  /** Makes one control message of 32 bits, which also reads as one of 16, the only one. */
  public static void setControl(long header, int level, int type, int value) {
    long control = NativeMemory.getLong(header + CONTROL);
    boolean half = type == UDP_SEGMENT;
    NativeMemory.putLong(control, CMSG_DATA + (half ? Short.BYTES : Integer.BYTES));
    NativeMemory.putInt(control + CMSG_LEVEL, level);
    NativeMemory.putInt(control + CMSG_TYPE, type);
    NativeMemory.putLong(control + CMSG_DATA, value);
    setControlLength(header, CMSG_DATA + CMSG_ALIGNMENT);
  }

  /** Takes the control messages away. */
  public static void clearControl(long header) {
    setControlLength(header, 0);
  }

  /**
   * The value of a control message.
   *
   * @return its 32 bits, or 0 when there is none
   */
  public static int control(long header, int level, int type) {
    long at = NativeMemory.getLong(header + CONTROL);
    long end = at + NativeMemory.getLong(header + CONTROL_LENGTH);
    while (at + CMSG_DATA + Integer.BYTES <= end) {
      if (NativeMemory.getInt(at + CMSG_LEVEL) == level
          && NativeMemory.getInt(at + CMSG_TYPE) == type) {
        return NativeMemory.getInt(at + CMSG_DATA);
      }
      long length = NativeMemory.getLong(at);
      at += (Math.max(length, CMSG_DATA) + CMSG_ALIGNMENT - 1) & -CMSG_ALIGNMENT;
    }
    return 0;
  }

  /** Bytes received. */
  public static int length(long header) {
    return NativeMemory.getInt(header + LENGTH);
  }

  /** What the kernel does on receive: bytes, and no flags. */
  public static void setReceived(long header, int bytes) {
    NativeMemory.putInt(header + LENGTH, bytes);
    NativeMemory.putInt(header + FLAGS, 0);
  }

  static int flags(long header) {
    return NativeMemory.getInt(header + FLAGS);
  }
}
