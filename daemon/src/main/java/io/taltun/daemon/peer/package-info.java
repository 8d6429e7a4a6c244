/**
 * The protocol's brain: sessions' lives, handshakes and timers of every peer, without I/O, clocks
 * or threads.
 */
package io.taltun.daemon.peer;
