package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;

/**
 * How a received message came: from whom, to which address of this host, by which interface, marked
 * how. It lies where the kernel writes the sender's socket address, and behind it:
 *
 * <pre>
 * 0 socket address 28 | 28 interface index 4 | 32 local address 16 | 48 traffic class 4 (+4) = 56 bytes
 * </pre>
 *
 * <p>The local address is two words in the machine's order, as {@link LocalAddress} has them; both
 * are 0 where the kernel did not say. Nothing here allocates but {@link #endpoint}.
 */
public final class Arrival {
  /** Bytes of all. */
  public static final int SIZE = MessageArray.ADDRESS_ROOM;

  /** Bytes that tell the {@link #endpoint}. */
  public static final int ENDPOINT_BYTES = 48;

  private static final int INTERFACE = 28;
  private static final int LOCAL_HIGH = 32;
  private static final int LOCAL_LOW = 40;
  private static final int TRAFFIC_CLASS = 48;

  // struct in_pktinfo: 0 ipi_ifindex 4 | 4 ipi_spec_dst 4 | 8 ipi_addr 4. The second is the address
  // to answer from, also where the packet went to a broadcast or multicast address.
  private static final int PKTINFO_LOCAL = 4;

  // struct in6_pktinfo: 0 ipi6_addr 16 | 16 ipi6_ifindex 4.
  private static final int PKTINFO6_INTERFACE = 16;
  private static final long MULTICAST = 0xffL;

  private Arrival() {}

  /** Before the message's control messages are looked at: the kernel said nothing. */
  static void clear(long at) {
    NativeMemory.putInt(at + INTERFACE, 0);
    NativeMemory.putLong(at + LOCAL_HIGH, 0);
    NativeMemory.putLong(at + LOCAL_LOW, 0);
    NativeMemory.putInt(at + TRAFFIC_CLASS, 0);
  }

  /**
   * Takes over what a control message of level IPPROTO_IP or IPPROTO_IPV6 says.
   *
   * @param data address of its data
   */
  static void take(long at, int level, int type, long data) {
    if (level == MessageHeader.IPPROTO_IP) {
      if (type == MessageHeader.IP_PKTINFO) {
        NativeMemory.putInt(at + INTERFACE, NativeMemory.getInt(data));
        long local = NativeMemory.getIntBe(data + PKTINFO_LOCAL) & 0xffff_ffffL;
        NativeMemory.putLong(at + LOCAL_LOW, local);
      } else if (type == MessageHeader.IP_TOS) {
        NativeMemory.putInt(at + TRAFFIC_CLASS, NativeMemory.getUnsignedByte(data));
      }
    } else if (type == MessageHeader.IPV6_PKTINFO) {
      takeIpv6(at, data);
    } else if (type == MessageHeader.IPV6_TCLASS) {
      NativeMemory.putInt(at + TRAFFIC_CLASS, NativeMemory.getInt(data));
    }
  }

  private static void takeIpv6(long at, long info) {
    long high = NativeMemory.getLongBe(info);
    if (high >>> 56 != MULTICAST) {
      NativeMemory.putInt(at + INTERFACE, NativeMemory.getInt(info + PKTINFO6_INTERFACE));
      NativeMemory.putLong(at + LOCAL_HIGH, high);
      NativeMemory.putLong(at + LOCAL_LOW, NativeMemory.getLongBe(info + Long.BYTES));
    }
  }

  /** The outer IPv4 type of service or IPv6 traffic class, 0 to 255. */
  public static int trafficClass(long at) {
    return NativeMemory.getInt(at + TRAFFIC_CLASS);
  }

  /** The endpoint that the message came from, with the address that it came to. */
  public static Endpoint endpoint(long at) {
    Endpoint remote = SocketAddress.read(at);
    long high = NativeMemory.getLong(at + LOCAL_HIGH);
    long low = NativeMemory.getLong(at + LOCAL_LOW);
    if ((high | low) == 0) {
      return remote;
    }
    int index = NativeMemory.getInt(at + INTERFACE);
    return remote.at(
        remote.isIpv4()
            ? LocalAddress.ofIpv4((int) low, index)
            : LocalAddress.ofIpv6(high, low, index));
  }

  /**
   * Whether what goes to an endpoint leaves from where this came to. The interface is not looked
   * at: a peer whose packets alternate between two does not move.
   */
  public static boolean matches(Endpoint endpoint, long at) {
    if (!SocketAddress.matches(endpoint, at)) {
      return false;
    }
    long high = NativeMemory.getLong(at + LOCAL_HIGH);
    long low = NativeMemory.getLong(at + LOCAL_LOW);
    LocalAddress local = endpoint.local();
    if (local == null) {
      return (high | low) == 0;
    }
    return local.low() == low && local.high() == high && !local.givenUp() || (high | low) == 0;
  }
}
