package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/** What IPv4 and IPv6 packets share: the version, and the check that comes before anything else. */
public final class Ip {
  /** Value of {@link #version} for IPv4. */
  public static final int V4 = 4;

  /** Value of {@link #version} for IPv6. */
  public static final int V6 = 6;

  /** Returned for a packet that must not be looked at further. */
  public static final int MALFORMED = -1;

  private Ip() {}

  /** The upper four bits of the first byte. The caller knows that there is one. */
  public static int version(long packet) {
    return NativeMemory.getUnsignedByte(packet) >>> 4;
  }

  /**
   * Tells how long the packet inside {@code length} readable bytes really is; what follows is
   * padding (whitepaper, section 5.4.6). After it every accessor of {@link Ipv4} or {@link Ipv6} is
   * safe.
   *
   * @return that length in bytes, at least one fixed header, or {@link #MALFORMED}: neither
   *     version, shorter than its header, or claiming more bytes than there are
   */
  public static int validate(long packet, int length) {
    if (length < 1) {
      return MALFORMED;
    }
    return switch (version(packet)) {
      case V4 -> Ipv4.validate(packet, length);
      case V6 -> Ipv6.validate(packet, length);
      default -> MALFORMED;
    };
  }
}
