/**
 * The control thread: handshakes, timers, roaming and everything else that is slow, beside the
 * packet path and never on it.
 */
package io.taltun.daemon.control;
