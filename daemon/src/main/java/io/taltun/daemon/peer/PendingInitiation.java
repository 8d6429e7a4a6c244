package io.taltun.daemon.peer;

import io.taltun.crypto.noise.HandshakeInitiator;

/**
 * An initiation that waits for its response.
 *
 * @param localIndex what the response has to name
 */
record PendingInitiation(int localIndex, HandshakeInitiator handshake, long sentNs) {}
