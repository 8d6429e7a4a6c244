package io.taltun.daemon.netlink;

import java.net.InetAddress;

/**
 * The way a packet to one address would take now.
 *
 * @param interfaceIndex the interface it leaves by
 * @param mtu in bytes: what path MTU discovery or the route says, the interface's otherwise
 * @param source the address it would leave from; null when the kernel names none
 */
public record RoutePath(int interfaceIndex, int mtu, InetAddress source) {}
