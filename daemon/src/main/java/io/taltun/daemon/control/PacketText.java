package io.taltun.daemon.control;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.packet.InnerTransport;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.Ipv4;
import io.taltun.dataplane.packet.Ipv6;
import io.taltun.dataplane.packet.Tcp;
import io.taltun.dataplane.packet.Udp;
import io.taltun.dataplane.udp.Endpoint;

/** Headers of a packet in one line: {@code tcp 10.99.0.2:4242 to 10.0.0.5:22}. For logs. */
final class PacketText {
  private static final int PORTS_LENGTH = 4;

  private PacketText() {}

  /**
   * @param packet that was validated when it was whole
   * @param length bytes of its beginning that are here, the fixed header at least
   */
  static String of(long packet, int length) {
    int found = InnerTransport.locate(packet, length);
    if (InnerTransport.isUnknown(found)) {
      return "packet from " + source(packet) + " to " + destination(packet);
    }
    int protocol = InnerTransport.protocol(found);
    if (InnerTransport.isLaterFragment(found)) {
      return "fragment of "
          + name(packet, protocol)
          + " from "
          + source(packet)
          + " to "
          + destination(packet);
    }
    boolean ports = protocol == Tcp.PROTOCOL || protocol == Udp.PROTOCOL;
    int transport = InnerTransport.offset(found);
    if (!ports || length - transport < PORTS_LENGTH) {
      return name(packet, protocol) + " from " + source(packet) + " to " + destination(packet);
    }
    int from = NativeMemory.getUnsignedShortBe(packet + transport);
    int to = NativeMemory.getUnsignedShortBe(packet + transport + Short.BYTES);
    return name(packet, protocol)
        + " from "
        + sourceEndpoint(packet, from)
        + " to "
        + destinationEndpoint(packet, to);
  }

  private static String name(long packet, int protocol) {
    int icmp = Ip.version(packet) == Ip.V4 ? InnerTransport.ICMP : InnerTransport.ICMPV6;
    if (protocol == icmp) {
      return "icmp";
    }
    return switch (protocol) {
      case Tcp.PROTOCOL -> "tcp";
      case Udp.PROTOCOL -> "udp";
      default -> "protocol " + protocol;
    };
  }

  private static String source(long packet) {
    return withoutPort(sourceEndpoint(packet, 0));
  }

  private static String destination(long packet) {
    return withoutPort(destinationEndpoint(packet, 0));
  }

  private static Endpoint sourceEndpoint(long packet, int port) {
    return Ip.version(packet) == Ip.V4
        ? Endpoint.ofIpv4(Ipv4.source(packet), port)
        : Endpoint.ofIpv6(Ipv6.sourceHigh(packet), Ipv6.sourceLow(packet), port, 0);
  }

  private static Endpoint destinationEndpoint(long packet, int port) {
    return Ip.version(packet) == Ip.V4
        ? Endpoint.ofIpv4(Ipv4.destination(packet), port)
        : Endpoint.ofIpv6(Ipv6.destinationHigh(packet), Ipv6.destinationLow(packet), port, 0);
  }

  private static String withoutPort(Endpoint endpoint) {
    String text = endpoint.toString();
    return text.substring(0, text.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
  }
}
