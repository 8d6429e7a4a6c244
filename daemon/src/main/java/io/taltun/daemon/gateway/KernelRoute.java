package io.taltun.daemon.gateway;

/**
 * A route of the kernel's that leads into the device.
 *
 * @param destination prefix
 * @param table number of the routing table; 254 is main
 */
public record KernelRoute(String destination, long table) {}
