package io.taltun.daemon.cli.watch;

import io.taltun.daemon.gateway.GatewayStatus;

/**
 * A gateway as it was seen last.
 *
 * @param name of its device
 * @param status null while it does not answer
 */
record WatchedGateway(String name, GatewayStatus status, Rates rates) {}
