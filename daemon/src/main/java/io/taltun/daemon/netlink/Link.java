package io.taltun.daemon.netlink;

/**
 * An interface at one moment.
 *
 * @param index in its network namespace
 * @param up whether it is set up (IFF_UP)
 * @param mtu in bytes
 */
public record Link(int index, boolean up, int mtu) {}
