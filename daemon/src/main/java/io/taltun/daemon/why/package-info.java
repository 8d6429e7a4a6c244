/** Explains what becomes of a packet to an address. */
package io.taltun.daemon.why;
