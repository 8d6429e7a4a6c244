package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;

/**
 * Explicit congestion notification between the packets inside a tunnel and those outside, as the
 * kernel's WireGuard has it. The mark is the two low bits of the IPv4 type of service or IPv6
 * traffic class (RFC 3168, section 5). The rest of that byte is nobody's business outside: data
 * leaves with a DSCP of 0. Packets were validated before; nothing is allocated.
 */
public final class Ecn {
  /** The transport does not take part. */
  public static final int NOT_ECT = 0;

  /** It does, code point 1. */
  public static final int ECT_1 = 1;

  /** It does, code point 0. */
  public static final int ECT_0 = 2;

  /** Congestion was experienced. */
  public static final int CE = 3;

  private static final int MASK = 3;
  private static final int TYPE_OF_SERVICE = 1;

  // Of the byte at 1: its upper half is the lower half of the traffic class.
  private static final int IPV6_SHIFT = 4;

  private Ecn() {}

  /** The mark of a packet. */
  public static int of(long packet) {
    int second = NativeMemory.getUnsignedByte(packet + TYPE_OF_SERVICE);
    return (Ip.version(packet) == Ip.V4 ? second : second >>> IPV6_SHIFT) & MASK;
  }

  /**
   * The traffic class of the packet outside: the mark of the one inside, but for CE, which starts
   * anew as ECT(0) (RFC 3168, section 9.1.1, full functionality).
   */
  public static int encapsulate(long packet) {
    int inner = of(packet);
    return inner == CE ? ECT_0 : inner;
  }

  /**
   * Carries what the packet outside met over to the one inside (RFC 6040, section 4.2): CE, and
   * ECT(1). A packet whose transport does not take part stays as it is: the kernel's WireGuard does
   * not drop it when CE came outside, though the RFC says so.
   *
   * @param outer traffic class of the packet outside
   * @return whether the packet was marked CE by it
   */
  public static boolean decapsulate(long packet, int outer) {
    int mark = outer & MASK;
    int inner = of(packet);
    if (mark == CE) {
      if (inner == ECT_0 || inner == ECT_1) {
        set(packet, CE);
        return true;
      }
    } else if (mark == ECT_1 && inner == ECT_0) {
      set(packet, ECT_1);
    }
    return false;
  }

  private static void set(long packet, int mark) {
    if (Ip.version(packet) == Ip.V4) {
      int before = NativeMemory.getUnsignedShortBe(packet);
      int after = before & ~MASK | mark;
      int checksum = NativeMemory.getUnsignedShortBe(packet + Ipv4.CHECKSUM);
      NativeMemory.putShortBe(packet, (short) after);
      NativeMemory.putShortBe(
          packet + Ipv4.CHECKSUM, (short) Checksum.update(checksum, before, after));
    } else {
      int second = NativeMemory.getUnsignedByte(packet + TYPE_OF_SERVICE);
      int after = second & ~(MASK << IPV6_SHIFT) | mark << IPV6_SHIFT;
      NativeMemory.putByte(packet + TYPE_OF_SERVICE, (byte) after);
    }
  }
}
