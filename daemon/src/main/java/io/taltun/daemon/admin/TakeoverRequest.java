package io.taltun.daemon.admin;

/**
 * Asks a gateway's service for a process that goes on in its place.
 *
 * @param file absolute; the gateway's, which is how two with one name are told apart
 */
record TakeoverRequest(String file) {}
