package io.taltun.daemon.netlink;

import io.taltun.config.IpPrefix;

/**
 * A route that the kernel has.
 *
 * @param table number of the routing table, 1 to 2^32 - 1
 * @param interfaceIndex the interface it leaves by; 0 when it has none or several
 * @param protocol who made it, RTPROT_…
 * @param metric lower wins among equal destinations
 */
public record Route(
    IpPrefix destination, long table, int interfaceIndex, int protocol, long metric) {
  /** Whether the kernel made it for an address of the interface. */
  public boolean isConnected() {
    return protocol == Rtnetlink.RTPROT_KERNEL;
  }
}
