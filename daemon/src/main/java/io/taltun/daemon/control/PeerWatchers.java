package io.taltun.daemon.control;

/**
 * Who hears of what happens to peers: of those that do not answer, and of those that come and go.
 */
record PeerWatchers(EndpointNames names, PeerEvents events) {}
