package io.taltun.dataplane.access;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Access rules as docs/access-rules.md says them: slow, obvious, on the heap, without a bound. */
final class ReferenceAccess {
  private static final long SECOND = 1_000_000_000L;

  private final List<AccessRule> deny;
  private final List<AccessRule> allow;
  private final Map<List<Object>, Long> flows = new HashMap<>();

  ReferenceAccess(List<AccessRule> deny, List<AccessRule> allow) {
    this.deny = deny;
    this.allow = allow;
  }

  /** What is read from a packet; ports and identifier are −1 where there are none. */
  private static final class Parsed {
    boolean v4;
    String source;
    String destination;
    boolean unknown;
    boolean later;
    boolean first;
    boolean fragmented;
    boolean routed;
    int protocol = -1;
    int at;
    int fragmentId;
    int sourcePort = -1;
    int destinationPort = -1;
    int icmpType = -1;
    int icmpId = -1;
    int tcpFlags = -1;
    byte[] quoted = {};

    boolean hasPorts() {
      return protocol == 6 || protocol == 17;
    }

    boolean isIcmp() {
      return protocol == (v4 ? 1 : 58);
    }
  }

  boolean admits(byte[] packet, long nowNs) {
    Parsed p = parse(packet);
    if (p.routed) {
      return false;
    }
    List<Object> fragments = List.of("fragments", p.destination, p.source, p.fragmentId);
    if (p.later) {
      return recall(fragments, nowNs, 30 * SECOND) || permits(p.destination, p.protocol, -1);
    }
    boolean admitted = permitted(p) || answers(p, nowNs);
    if (admitted && p.first) {
      see(fragments, nowNs);
    }
    return admitted;
  }

  private boolean permitted(Parsed p) {
    if (p.unknown || p.hasPorts() && p.destinationPort < 0) {
      return permitsUnseen(p.destination, p.unknown ? -1 : p.protocol);
    }
    return permits(p.destination, p.protocol, p.hasPorts() ? p.destinationPort : -1);
  }

  private boolean answers(Parsed p, long nowNs) {
    if (p.unknown) {
      return false;
    }
    if (p.hasPorts()) {
      return p.destinationPort >= 0
          && recall(
              flow(p.protocol, p.destination, p.destinationPort, p.source, p.sourcePort),
              nowNs,
              life(p.protocol));
    }
    if (!p.isIcmp()) {
      return recall(flow(p.protocol, p.destination, 0, p.source, 0), nowNs, 300 * SECOND);
    }
    if (p.icmpType == (p.v4 ? 0 : 129)) {
      return recall(flow(p.protocol, p.destination, p.icmpId, p.source, 0), nowNs, 60 * SECOND);
    }
    boolean error =
        p.v4
            ? p.icmpType == 3 || p.icmpType == 11 || p.icmpType == 12
            : p.icmpType >= 1 && p.icmpType <= 4;
    return error && isAboutAnAnswer(p, nowNs);
  }

  private boolean isAboutAnAnswer(Parsed outer, long nowNs) {
    byte[] bytes = outer.quoted;
    if (bytes.length < (outer.v4 ? 20 : 40) || (bytes[0] >> 4 & 0xf) != (outer.v4 ? 4 : 6)) {
      return false;
    }
    Parsed q = parse(bytes);
    if (!q.source.equals(outer.destination) || q.unknown || q.later) {
      return false;
    }
    if (q.hasPorts()) {
      return q.sourcePort >= 0
          && (permits(q.source, q.protocol, q.sourcePort)
              || recall(
                  flow(q.protocol, q.source, q.sourcePort, q.destination, q.destinationPort),
                  nowNs,
                  life(q.protocol)));
    }
    boolean echo = q.isIcmp() && q.icmpType >= 0;
    return permits(q.source, q.protocol, -1)
        || recall(
            flow(q.protocol, q.source, echo ? q.icmpId : 0, q.destination, 0),
            nowNs,
            (echo ? 60 : 300) * SECOND);
  }

  void follow(byte[] packet, long nowNs) {
    Parsed p = parse(packet);
    if (p.unknown || p.later) {
      return;
    }
    if (p.protocol == 6) {
      if (p.tcpFlags >= 0 && (p.tcpFlags & 0x12) == 2) {
        see(flow(6, p.source, p.sourcePort, p.destination, p.destinationPort), nowNs);
      }
    } else if (p.protocol == 17) {
      if (packet.length - p.at >= 8) {
        see(flow(17, p.source, p.sourcePort, p.destination, p.destinationPort), nowNs);
      }
    } else if (!p.isIcmp()) {
      see(flow(p.protocol, p.source, 0, p.destination, 0), nowNs);
    } else if (p.icmpType == (p.v4 ? 8 : 128)) {
      see(flow(p.protocol, p.source, p.icmpId, p.destination, 0), nowNs);
    }
  }

  private static long life(int protocol) {
    return (protocol == 6 ? 124 * 60 : 300) * SECOND;
  }

  private static List<Object> flow(
      int protocol, String local, int localPort, String remote, int remotePort) {
    return List.of(protocol, local, localPort, remote, remotePort);
  }

  private boolean recall(List<Object> flow, long nowNs, long lifeNs) {
    Long seen = flows.get(flow);
    if (seen == null || nowNs - seen >= lifeNs) {
      return false;
    }
    see(flow, nowNs);
    return true;
  }

  /** A time stamp is renewed once a second. */
  private void see(List<Object> flow, long nowNs) {
    flows.merge(flow, nowNs, (old, now) -> now - old >= SECOND ? now : old);
  }

  private boolean permits(String to, int protocol, int port) {
    for (AccessRule rule : deny) {
      if (isAbout(rule, to, protocol) && isAbout(rule, port)) {
        return false;
      }
    }
    return allow == null
        || allow.stream().anyMatch(it -> isAbout(it, to, protocol) && isAbout(it, port));
  }

  private boolean permitsUnseen(String to, int protocol) {
    for (AccessRule rule : deny) {
      if (isAbout(rule, to, protocol < 0 ? protocol(rule, to) : protocol)) {
        return false;
      }
    }
    return allow == null
        || allow.stream()
            .anyMatch(it -> it.firstPort() == AccessRule.NO_PORTS && isAbout(it, to, protocol));
  }

  private static boolean isAbout(AccessRule rule, int port) {
    return rule.firstPort() == AccessRule.NO_PORTS
        || port >= rule.firstPort() && port <= rule.lastPort();
  }

  private static boolean isAbout(AccessRule rule, String to, int protocol) {
    boolean known = rule.protocol() == AccessRule.ANY_PROTOCOL || protocol(rule, to) == protocol;
    if (rule.network() == null || !known) {
      return known;
    }
    String network = bits(rule.network().getAddress());
    return network.length() == to.length() && to.startsWith(network.substring(0, rule.length()));
  }

  private static int protocol(AccessRule rule, String to) {
    if (rule.protocol() != AccessRule.ICMP) {
      return rule.protocol();
    }
    return to.length() == 32 ? 1 : 58;
  }

  private static String bits(byte[] address) {
    StringBuilder bits = new StringBuilder();
    for (byte b : address) {
      bits.append(Integer.toBinaryString(b & 0xff | 0x100).substring(1));
    }
    return bits.toString();
  }

  private static int get16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  private static Parsed parse(byte[] bytes) {
    Parsed p = new Parsed();
    p.v4 = bytes[0] >> 4 == 4;
    int from = p.v4 ? 12 : 8;
    int size = p.v4 ? 4 : 16;
    p.source = bits(Arrays.copyOfRange(bytes, from, from + size));
    p.destination = bits(Arrays.copyOfRange(bytes, from + size, from + 2 * size));
    if (p.v4) {
      findInIpv4(bytes, p);
    } else {
      findInIpv6(bytes, p);
    }
    if (!p.unknown && !p.later) {
      readTransport(bytes, p);
    }
    return p;
  }

  private static void findInIpv4(byte[] bytes, Parsed p) {
    p.at = (bytes[0] & 0xf) * 4;
    if (p.at < 20 || p.at > bytes.length) {
      p.unknown = true;
      return;
    }
    p.protocol = bytes[9] & 0xff;
    p.fragmentId = get16(bytes, 4);
    p.later = (get16(bytes, 6) & 0x1fff) != 0;
    p.first = !p.later && (bytes[6] & 0x20) != 0;
    int at = 20;
    while (at < p.at && bytes[at] != 0) {
      int option = bytes[at] & 0xff;
      if (option == 131 || option == 137) {
        p.routed = true;
        return;
      }
      int length = option == 1 ? 1 : at + 1 < p.at ? bytes[at + 1] & 0xff : 0;
      if (option != 1 && length < 2) {
        return;
      }
      at += length;
    }
  }

  private static void findInIpv6(byte[] bytes, Parsed p) {
    p.protocol = bytes[6] & 0xff;
    p.at = 40;
    List<Integer> extensions = List.of(0, 43, 44, 51, 60, 135, 139, 140);
    for (int count = 0; extensions.contains(p.protocol); count++) {
      if (count == 8 || p.at + 8 > bytes.length) {
        p.unknown = true;
        return;
      }
      int next = bytes[p.at] & 0xff;
      int length = ((bytes[p.at + 1] & 0xff) + 1) * 8;
      if (p.protocol == 44) {
        length = 8;
        boolean later = get16(bytes, p.at + 2) >> 3 != 0;
        if (later || !p.fragmented) {
          p.fragmentId = get16(bytes, p.at + 4) << 16 | get16(bytes, p.at + 6);
          p.fragmented = true;
        }
        if (later) {
          p.later = true;
          p.protocol = next;
          return;
        }
        p.first |= (bytes[p.at + 3] & 1) != 0;
      } else if (p.protocol == 51) {
        length = ((bytes[p.at + 1] & 0xff) + 2) * 4;
      } else if (p.protocol == 43 && bytes[p.at + 3] != 0) {
        p.routed = true;
      }
      p.at += length;
      p.protocol = next;
      if (p.at > bytes.length) {
        p.unknown = true;
        return;
      }
    }
  }

  private static void readTransport(byte[] bytes, Parsed p) {
    int room = bytes.length - p.at;
    if (p.hasPorts() && room >= 4) {
      p.sourcePort = get16(bytes, p.at);
      p.destinationPort = get16(bytes, p.at + 2);
      p.tcpFlags = room >= 20 ? bytes[p.at + 13] & 0xff : -1;
    }
    if (p.isIcmp() && room >= 8) {
      p.icmpType = bytes[p.at] & 0xff;
      p.icmpId = get16(bytes, p.at + 4);
      p.quoted = Arrays.copyOfRange(bytes, p.at + 8, bytes.length);
    }
  }
}
