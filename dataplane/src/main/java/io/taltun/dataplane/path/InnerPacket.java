package io.taltun.dataplane.path;

import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.Ipv4;
import io.taltun.dataplane.packet.Ipv6;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;

/** What both IP versions have in common for a path. Packets were validated before. */
final class InnerPacket {
  private InnerPacket() {}

  static Peer ownerOfSource(AllowedIps<Peer> allowedIps, long packet) {
    return Ip.version(packet) == Ip.V4
        ? allowedIps.lookupIpv4(Ipv4.source(packet))
        : allowedIps.lookupIpv6(Ipv6.sourceHigh(packet), Ipv6.sourceLow(packet));
  }

  static Peer ownerOfDestination(AllowedIps<Peer> allowedIps, long packet) {
    return Ip.version(packet) == Ip.V4
        ? allowedIps.lookupIpv4(Ipv4.destination(packet))
        : allowedIps.lookupIpv6(Ipv6.destinationHigh(packet), Ipv6.destinationLow(packet));
  }

  /** Takes one from the time to live or hop limit; false when that would be its end. */
  static boolean decrementTimeToLive(long packet) {
    return Ip.version(packet) == Ip.V4 ? Ipv4.decrementTtl(packet) : Ipv6.decrementHopLimit(packet);
  }
}
