package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;

/**
 * How a message to be sent leaves: to whom, from which address of this host, marked how, cut where.
 * What is not asked for costs no control message. Nothing is allocated.
 */
public final class Departure {
  private static final int IN_PKTINFO = 12;
  private static final int PKTINFO_LOCAL = 4;
  private static final int IN6_PKTINFO = 20;

  private Departure() {}

  /**
   * Writes a message's control messages.
   *
   * @param local where it leaves from; null for what the kernel chooses
   * @param trafficClass type of service or traffic class, 0 to 255
   * @param segmentSize bytes of each datagram but the last, or 0 for one datagram
   */
  public static void write(
      MessageArray messages,
      int i,
      boolean ipv4,
      LocalAddress local,
      int trafficClass,
      int segmentSize) {
    messages.setSegmentSize(i, segmentSize);
    if (trafficClass != 0) {
      mark(messages.header(i), ipv4, trafficClass);
    }
    if (local != null) {
      leaveFrom(messages.header(i), ipv4, local);
    }
  }

  private static void mark(long header, boolean ipv4, int trafficClass) {
    int level = ipv4 ? MessageHeader.IPPROTO_IP : MessageHeader.IPPROTO_IPV6;
    int type = ipv4 ? MessageHeader.IP_TOS : MessageHeader.IPV6_TCLASS;
    NativeMemory.putInt(MessageHeader.addControl(header, level, type, Integer.BYTES), trafficClass);
  }

  /**
   * The interface stays 0: naming it would bind the route to it, and the kernel takes a destination
   * for its neighbour where that interface has no route.
   */
  private static void leaveFrom(long header, boolean ipv4, LocalAddress local) {
    if (ipv4) {
      int level = MessageHeader.IPPROTO_IP;
      long info = MessageHeader.addControl(header, level, MessageHeader.IP_PKTINFO, IN_PKTINFO);
      NativeMemory.putInt(info, 0);
      NativeMemory.putIntBe(info + PKTINFO_LOCAL, local.ipv4());
      NativeMemory.putInt(info + 2 * PKTINFO_LOCAL, 0);
    } else {
      int level = MessageHeader.IPPROTO_IPV6;
      long info = MessageHeader.addControl(header, level, MessageHeader.IPV6_PKTINFO, IN6_PKTINFO);
      NativeMemory.putLongBe(info, local.high());
      NativeMemory.putLongBe(info + Long.BYTES, local.low());
      NativeMemory.putInt(info + 2 * Long.BYTES, 0);
    }
  }

  /** Where a message to an endpoint leaves from; null when that is not known or does not work. */
  public static LocalAddress from(Endpoint to) {
    LocalAddress local = to.local();
    return local == null || local.givenUp() ? null : local;
  }
}
