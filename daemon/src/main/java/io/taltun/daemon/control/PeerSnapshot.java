package io.taltun.daemon.control;

import io.taltun.config.PeerConfig;
import io.taltun.daemon.peer.PeerState;
import io.taltun.dataplane.udp.Endpoint;

/**
 * A peer at one moment.
 *
 * @param endpoint null while it is not known
 * @param lastHandshakeEpochNs wall clock, nanoseconds since 1970; 0 for never
 * @param receivedBytes UDP payload of authentic messages
 * @param sentBytes UDP payload
 */
public record PeerSnapshot(
    PeerConfig config,
    PeerState state,
    Endpoint endpoint,
    long lastHandshakeEpochNs,
    long receivedBytes,
    long sentBytes) {}
