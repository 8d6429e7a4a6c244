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

  /** Level of IPv4's control messages and options. */
  public static final int IPPROTO_IP = 0;

  /** Control message with a type of service: a byte received, an int sent. */
  public static final int IP_TOS = 1;

  /** Control message with a {@code struct in_pktinfo}, 12 bytes. */
  public static final int IP_PKTINFO = 8;

  /** Level of IPv6's control messages and options. */
  public static final int IPPROTO_IPV6 = 41;

  /** Control message with a {@code struct in6_pktinfo}, 20 bytes. */
  public static final int IPV6_PKTINFO = 50;

  /** Control message with a traffic class, an int. */
  public static final int IPV6_TCLASS = 67;

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

  /**
   * Adds a control message behind those that are there; the caller knows that there is room.
   *
   * @param bytes of its data
   * @return address of its data, to be written
   */
  public static long addControl(long header, int level, int type, int bytes) {
    long before = NativeMemory.getLong(header + CONTROL_LENGTH);
    long at = NativeMemory.getLong(header + CONTROL) + before;
    NativeMemory.putLong(at, CMSG_DATA + bytes);
    NativeMemory.putInt(at + CMSG_LEVEL, level);
    NativeMemory.putInt(at + CMSG_TYPE, type);
    setControlLength(header, before + align(CMSG_DATA + bytes));
    return at + CMSG_DATA;
  }

  /** Takes the control messages away. */
  public static void clearControl(long header) {
    setControlLength(header, 0);
  }

  private static long align(long bytes) {
    return (bytes + CMSG_ALIGNMENT - 1) & -CMSG_ALIGNMENT;
  }

  /**
   * The value of a control message.
   *
   * @return address of its data, or 0 when there is none
   */
  public static long control(long header, int level, int type) {
    for (long at = firstControl(header); at != 0; at = nextControl(header, at)) {
      if (controlLevel(at) == level && controlType(at) == type) {
        return controlData(at);
      }
    }
    return 0;
  }

  /** Address of the first control message, or 0 when there is none with data. */
  public static long firstControl(long header) {
    return whole(header, NativeMemory.getLong(header + CONTROL));
  }

  /** Address of the control message behind one, or 0. A length that is none does not hold it up. */
  public static long nextControl(long header, long at) {
    return whole(header, at + align(Math.max(NativeMemory.getLong(at), CMSG_DATA + 1)));
  }

  private static long whole(long header, long at) {
    long end =
        NativeMemory.getLong(header + CONTROL) + NativeMemory.getLong(header + CONTROL_LENGTH);
    return at + CMSG_DATA + CMSG_ALIGNMENT <= end ? at : 0;
  }

  public static int controlLevel(long at) {
    return NativeMemory.getInt(at + CMSG_LEVEL);
  }

  public static int controlType(long at) {
    return NativeMemory.getInt(at + CMSG_TYPE);
  }

  public static long controlData(long at) {
    return at + CMSG_DATA;
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
