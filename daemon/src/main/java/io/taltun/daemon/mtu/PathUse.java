package io.taltun.daemon.mtu;

import io.taltun.dataplane.udp.Endpoint;

/**
 * A peer's endpoint, and how much went there.
 *
 * @param sentBytes to the peer so far, wherever it was
 */
public record PathUse(Endpoint endpoint, long sentBytes) {}
