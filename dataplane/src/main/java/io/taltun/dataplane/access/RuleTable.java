package io.taltun.dataplane.access;

import io.taltun.dataplane.packet.InnerTransport;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The rules of one address family, compiled: arrays that are looked through from the front, first
 * what is denied. An IPv4 address is the low half of an address whose high half is zero. Immutable;
 * nothing is allocated.
 */
final class RuleTable {
  /** The port of a packet that has none. */
  static final int NO_PORT = -1;

  private final long[] high;
  private final long[] low;
  private final long[] highMask;
  private final long[] lowMask;
  private final int[] protocol;
  private final int[] firstPort;
  private final int[] lastPort;
  private final int denials;
  private final boolean allowsAll;

  /**
   * Takes what is of the family.
   *
   * @param allow null for everything that is not denied
   */
  RuleTable(boolean ipv4, List<AccessRule> deny, List<AccessRule> allow) {
    List<AccessRule> denied = ofFamily(ipv4, deny);
    List<AccessRule> allowed = allow == null ? List.of() : ofFamily(ipv4, allow);
    denials = denied.size();
    allowsAll = allow == null;
    int size = denials + allowed.size();
    high = new long[size];
    low = new long[size];
    highMask = new long[size];
    lowMask = new long[size];
    protocol = new int[size];
    firstPort = new int[size];
    lastPort = new int[size];
    for (int i = 0; i < size; i++) {
      compile(i, ipv4, i < denials ? denied.get(i) : allowed.get(i - denials));
    }
  }

  private static List<AccessRule> ofFamily(boolean ipv4, List<AccessRule> rules) {
    return rules.stream()
        .filter(it -> it.network() == null || it.network() instanceof Inet4Address == ipv4)
        .toList();
  }

  private void compile(int i, boolean ipv4, AccessRule rule) {
    if (rule.network() != null) {
      ByteBuffer address = ByteBuffer.wrap(rule.network().getAddress());
      if (ipv4) {
        lowMask[i] = firstBits(rule.length()) >>> Integer.SIZE;
        low[i] = address.getInt() & 0xffff_ffffL & lowMask[i];
      } else {
        highMask[i] = firstBits(Math.min(rule.length(), Long.SIZE));
        lowMask[i] = firstBits(Math.max(rule.length() - Long.SIZE, 0));
        high[i] = address.getLong() & highMask[i];
        low[i] = address.getLong() & lowMask[i];
      }
    }
    int icmp = ipv4 ? InnerTransport.ICMP : InnerTransport.ICMPV6;
    protocol[i] = rule.protocol() == AccessRule.ICMP ? icmp : rule.protocol();
    firstPort[i] = rule.firstPort();
    lastPort[i] = rule.lastPort();
  }

  private static long firstBits(int length) {
    return length == 0 ? 0 : -1L << Long.SIZE - length;
  }

  /**
   * Whether a packet may pass.
   *
   * @param port 0 to 65,535, or {@link #NO_PORT}
   */
  boolean permits(long toHigh, long toLow, int packetProtocol, int port) {
    int size = high.length;
    for (int i = 0; i < size; i++) {
      // The ports first: lists are often about one host's.
      if (port >= firstPort[i]
          && port <= lastPort[i]
          && (protocol[i] == packetProtocol || protocol[i] == AccessRule.ANY_PROTOCOL)
          && isAddressed(i, toHigh, toLow)) {
        return i >= denials;
      }
    }
    return allowsAll;
  }

  /**
   * The same for a packet whose transport header is missing: whatever could be in it that is denied
   * counts as if it were, and only a rule that asks for no port allows it.
   *
   * @param packetProtocol 0 to 255, or −1 when not even that is known
   */
  boolean permitsUnseen(long toHigh, long toLow, int packetProtocol) {
    for (int i = 0; i < denials; i++) {
      if (isAddressed(i, toHigh, toLow)
          && (packetProtocol < 0
              || protocol[i] == packetProtocol
              || protocol[i] == AccessRule.ANY_PROTOCOL)) {
        return false;
      }
    }
    int size = high.length;
    for (int i = denials; i < size; i++) {
      if (isAddressed(i, toHigh, toLow)
          && (protocol[i] == packetProtocol || protocol[i] == AccessRule.ANY_PROTOCOL)
          && firstPort[i] == AccessRule.NO_PORTS) {
        return true;
      }
    }
    return allowsAll;
  }

  private boolean isAddressed(int i, long toHigh, long toLow) {
    return ((toLow ^ low[i]) & lowMask[i]) == 0 && ((toHigh ^ high[i]) & highMask[i]) == 0;
  }
}
