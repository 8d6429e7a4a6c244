package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * The UDP header, RFC 768, in native memory. Accessors check nothing. Nothing is allocated.
 *
 * <pre>
 *  0  source port (2 bytes)      2  destination port (2)
 *  4  length, header included    6  checksum, 0 for none
 * </pre>
 */
public final class Udp {
  /** The protocol number. */
  public static final int PROTOCOL = 17;

  /** Bytes of the header. */
  public static final int HEADER_LENGTH = 8;

  /** What a checksum of 0 is sent as, 0 meaning none. */
  static final int ZERO_CHECKSUM = 0xffff;

  static final int LENGTH = 4;
  static final int CHECKSUM = 6;

  private Udp() {}

  /** Bytes of header and payload as the header says, 0 to 65,535. */
  public static int length(long udp) {
    return NativeMemory.getUnsignedShortBe(udp + LENGTH);
  }

  /** The checksum, 0 to 65,535. */
  public static int checksum(long udp) {
    return NativeMemory.getUnsignedShortBe(udp + CHECKSUM);
  }
}
