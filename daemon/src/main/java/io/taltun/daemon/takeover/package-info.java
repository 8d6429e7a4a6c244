/**
 * A running gateway's sessions, packets and descriptors, from one process to the next that takes
 * its place: over one local socket, without a packet lost, or not at all.
 */
package io.taltun.daemon.takeover;
