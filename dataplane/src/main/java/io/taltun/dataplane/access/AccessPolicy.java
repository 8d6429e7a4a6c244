package io.taltun.dataplane.access;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.packet.InnerTransport;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.Ipv4;
import io.taltun.dataplane.packet.Ipv6;
import io.taltun.dataplane.packet.Tcp;
import io.taltun.dataplane.packet.Udp;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one peer may send: its access lists, and the answers to what others sent to it
 * (docs/access-rules.md). Immutable but for the flow table, which has its own rules; any worker.
 * Nothing is allocated, and whatever a packet holds, nothing throws: in doubt it is denied.
 */
public final class AccessPolicy {
  /** RFC 5382, REQ-5: an established connection is kept for at least 2 hours and 4 minutes. */
  static final long TCP_LIFE_NS = TimeUnit.MINUTES.toNanos(124);

  /** RFC 4787, REQ-5: a mapping is kept for at least 2 minutes, 5 are recommended. */
  static final long UDP_LIFE_NS = TimeUnit.MINUTES.toNanos(5);

  /** RFC 5508, REQ-1: the session of an ICMP query is kept for at least 60 seconds. */
  static final long QUERY_LIFE_NS = TimeUnit.SECONDS.toNanos(60);

  /** How long Linux waits for the rest of a fragmented packet (ipfrag_time). */
  static final long FRAGMENT_LIFE_NS = TimeUnit.SECONDS.toNanos(30);

  /** Kind of a flow that is a packet's fragments; others have their protocol's number. */
  private static final int FRAGMENTS = 0x100;

  private static final int NOTHING_KNOWN = -1;
  private static final int PORTS_LENGTH = 4;
  private static final int ICMP_HEADER_LENGTH = 8;
  private static final int ICMP_IDENTIFIER = 4;

  private final int slot;
  private final RuleTable ipv4;
  private final RuleTable ipv6;
  private final boolean log;
  private final FlowTable flows;
  private final FlowTable fragments;

  /**
   * @param slot of the peer
   * @param deny wins over {@code allow}
   * @param allow null for everything that is not denied
   * @param log whether denied packets are reported to the control thread
   * @param flows shared by all peers
   */
  public AccessPolicy(
      int slot, List<AccessRule> deny, List<AccessRule> allow, boolean log, FlowTable flows) {
    this.slot = slot;
    this.ipv4 = new RuleTable(true, deny, allow);
    this.ipv6 = new RuleTable(false, deny, allow);
    this.log = log;
    this.flows = flows;
    this.fragments = flows.fragments();
  }

  /** Whether denied packets are reported. */
  public boolean log() {
    return log;
  }

  /**
   * Whether a packet of the peer may pass.
   *
   * @param packet of which {@link Ip#validate} says that it has {@code length} bytes
   */
  public boolean admits(long packet, int length, long nowNs) {
    int found = InnerTransport.locate(packet, length);
    if (InnerTransport.isSourceRouted(found)) {
      return false;
    }
    if (InnerTransport.isLaterFragment(found)) {
      return admitsLaterFragment(packet, found, length, nowNs);
    }
    boolean admitted = isPermitted(packet, found, length) || isAnswer(packet, found, length, nowNs);
    if (admitted && InnerTransport.isFirstFragment(found)) {
      fragments.remember(
          key(packet, false, FRAGMENTS, InnerTransport.identification(packet, found, length)),
          nowNs,
          FRAGMENT_LIFE_NS);
    }
    return admitted;
  }

  /** It has no ports: it may pass when the first one did, or when no rule asks for ports. */
  private boolean admitsLaterFragment(long packet, int found, int length, long nowNs) {
    int identification = InnerTransport.identification(packet, found, length);
    return fragments.recall(key(packet, false, FRAGMENTS, identification), nowNs, FRAGMENT_LIFE_NS)
        || permits(packet, false, InnerTransport.protocol(found), RuleTable.NO_PORT);
  }

  private boolean isPermitted(long packet, int found, int length) {
    if (InnerTransport.isUnknown(found)) {
      return permitsUnseen(packet, NOTHING_KNOWN);
    }
    int protocol = InnerTransport.protocol(found);
    int transport = InnerTransport.offset(found);
    if (!hasPorts(protocol)) {
      return permits(packet, false, protocol, RuleTable.NO_PORT);
    }
    return length - transport < PORTS_LENGTH
        ? permitsUnseen(packet, protocol)
        : permits(packet, false, protocol, destinationPort(packet + transport));
  }

  private static boolean hasPorts(int protocol) {
    return protocol == Tcp.PROTOCOL || protocol == Udp.PROTOCOL;
  }

  private static int destinationPort(long transport) {
    return NativeMemory.getUnsignedShortBe(transport + Short.BYTES);
  }

  /** Whether a packet that no rule allows belongs to what others began. */
  private boolean isAnswer(long packet, int found, int length, long nowNs) {
    if (InnerTransport.isUnknown(found)) {
      return false;
    }
    int protocol = InnerTransport.protocol(found);
    int transport = InnerTransport.offset(found);
    int room = length - transport;
    if (hasPorts(protocol)) {
      return room >= PORTS_LENGTH
          && flows.recall(
              key(packet, false, protocol, ports(packet + transport, true)),
              nowNs,
              protocol == Tcp.PROTOCOL ? TCP_LIFE_NS : UDP_LIFE_NS);
    }
    boolean v4 = Ip.version(packet) == Ip.V4;
    if (protocol != (v4 ? InnerTransport.ICMP : InnerTransport.ICMPV6)) {
      return flows.recall(key(packet, false, protocol, 0), nowNs, UDP_LIFE_NS);
    }
    if (room < ICMP_HEADER_LENGTH) {
      return false;
    }
    int type = NativeMemory.getUnsignedByte(packet + transport);
    if (type == IcmpType.echoReply(v4)) {
      return flows.recall(
          key(packet, false, protocol, identifier(packet + transport)), nowNs, QUERY_LIFE_NS);
    }
    return IcmpType.isError(type, v4)
        && isAboutAnAnswer(packet, transport + ICMP_HEADER_LENGTH, length, nowNs);
  }

  /**
   * Whether an ICMP error quotes a packet to the peer whose answer could pass. The quoted one went
   * the other way: its source is who gets the error, and its source port would be the answer's
   * destination.
   */
  private boolean isAboutAnAnswer(long packet, int quotedAt, int length, long nowNs) {
    long quoted = packet + quotedAt;
    int room = length - quotedAt;
    boolean v4 = Ip.version(packet) == Ip.V4;
    if (room < (v4 ? Ipv4.MIN_HEADER_LENGTH : Ipv6.HEADER_LENGTH)
        || Ip.version(quoted) != Ip.version(packet)
        || !isFromDestinationOf(packet, quoted, v4)) {
      return false;
    }
    int found = InnerTransport.locate(quoted, room);
    if (InnerTransport.isUnknown(found) || InnerTransport.isLaterFragment(found)) {
      return false;
    }
    int protocol = InnerTransport.protocol(found);
    int transport = InnerTransport.offset(found);
    room -= transport;
    if (hasPorts(protocol)) {
      if (room < PORTS_LENGTH) {
        return false;
      }
      int ports = ports(quoted + transport, false);
      return permits(quoted, true, protocol, ports >>> Short.SIZE)
          || flows.recall(
              key(quoted, true, protocol, ports),
              nowNs,
              protocol == Tcp.PROTOCOL ? TCP_LIFE_NS : UDP_LIFE_NS);
    }
    boolean echo =
        protocol == (v4 ? InnerTransport.ICMP : InnerTransport.ICMPV6)
            && room >= ICMP_HEADER_LENGTH;
    int detail = echo ? identifier(quoted + transport) : 0;
    return permits(quoted, true, protocol, RuleTable.NO_PORT)
        || flows.recall(
            key(quoted, true, protocol, detail), nowNs, echo ? QUERY_LIFE_NS : UDP_LIFE_NS);
  }

  private static boolean isFromDestinationOf(long packet, long quoted, boolean v4) {
    return v4
        ? Ipv4.source(quoted) == Ipv4.destination(packet)
        : Ipv6.sourceHigh(quoted) == Ipv6.destinationHigh(packet)
            && Ipv6.sourceLow(quoted) == Ipv6.destinationLow(packet);
  }

  /**
   * Sees a packet to the peer, whose answer may pass from then on. A TCP connection is begun by a
   * SYN only: one that the peer began is not taken for an answer when its rules become stricter.
   *
   * @param packet of which {@link Ip#validate} says that it has {@code length} bytes
   * @return whether another flow that is of interest was forgotten for it
   */
  public boolean follow(long packet, int length, long nowNs) {
    int found = InnerTransport.locate(packet, length);
    if (InnerTransport.isUnknown(found) || InnerTransport.isLaterFragment(found)) {
      return false;
    }
    int protocol = InnerTransport.protocol(found);
    long transport = packet + InnerTransport.offset(found);
    int room = length - InnerTransport.offset(found);
    int detail = 0;
    if (protocol == Tcp.PROTOCOL) {
      if (room < Tcp.MIN_HEADER_LENGTH || !Tcp.beginsConnection(transport)) {
        return false;
      }
      detail = ports(transport, false);
    } else if (protocol == Udp.PROTOCOL) {
      if (room < Udp.HEADER_LENGTH) {
        return false;
      }
      detail = ports(transport, false);
    } else {
      boolean v4 = Ip.version(packet) == Ip.V4;
      if (protocol == (v4 ? InnerTransport.ICMP : InnerTransport.ICMPV6)) {
        if (room < ICMP_HEADER_LENGTH
            || NativeMemory.getUnsignedByte(transport) != IcmpType.echoRequest(v4)) {
          return false;
        }
        detail = identifier(transport);
      }
    }
    return flows.remember(key(packet, true, protocol, detail), nowNs, TCP_LIFE_NS);
  }

  /**
   * Both ports as one word, those of the protected side in front.
   *
   * @param answer whether the packet comes from the peer
   */
  private static int ports(long transport, boolean answer) {
    int ports = NativeMemory.getIntBe(transport);
    return answer ? Integer.rotateLeft(ports, Short.SIZE) : ports;
  }

  private static int identifier(long icmp) {
    return NativeMemory.getUnsignedShortBe(icmp + ICMP_IDENTIFIER);
  }

  /**
   * @param outbound whether the packet goes to the peer: then its source is the protected side
   */
  private long key(long packet, boolean outbound, int kind, int detail) {
    if (Ip.version(packet) == Ip.V4) {
      long source = Ipv4.source(packet);
      long destination = Ipv4.destination(packet);
      return outbound
          ? flows.key(slot, kind, detail, 0, source, 0, destination)
          : flows.key(slot, kind, detail, 0, destination, 0, source);
    }
    long sourceHigh = Ipv6.sourceHigh(packet);
    long sourceLow = Ipv6.sourceLow(packet);
    long destinationHigh = Ipv6.destinationHigh(packet);
    long destinationLow = Ipv6.destinationLow(packet);
    return outbound
        ? flows.key(slot, kind, detail, sourceHigh, sourceLow, destinationHigh, destinationLow)
        : flows.key(slot, kind, detail, destinationHigh, destinationLow, sourceHigh, sourceLow);
  }

  /** Asks the rules about a packet's destination, or about the source of one that went out. */
  private boolean permits(long packet, boolean outbound, int protocol, int port) {
    if (Ip.version(packet) == Ip.V4) {
      int address = outbound ? Ipv4.source(packet) : Ipv4.destination(packet);
      return ipv4.permits(0, address & 0xffff_ffffL, protocol, port);
    }
    return outbound
        ? ipv6.permits(Ipv6.sourceHigh(packet), Ipv6.sourceLow(packet), protocol, port)
        : ipv6.permits(Ipv6.destinationHigh(packet), Ipv6.destinationLow(packet), protocol, port);
  }

  private boolean permitsUnseen(long packet, int protocol) {
    return Ip.version(packet) == Ip.V4
        ? ipv4.permitsUnseen(0, Ipv4.destination(packet) & 0xffff_ffffL, protocol)
        : ipv6.permitsUnseen(Ipv6.destinationHigh(packet), Ipv6.destinationLow(packet), protocol);
  }
}
