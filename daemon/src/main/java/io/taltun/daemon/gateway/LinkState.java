package io.taltun.daemon.gateway;

/**
 * What the kernel says of the device.
 *
 * @param up whether it is set up (IFF_UP)
 * @param mtu in bytes
 * @param atHome whether it is in the network namespace that it was made in
 */
record LinkState(boolean up, int mtu, boolean atHome) {}
