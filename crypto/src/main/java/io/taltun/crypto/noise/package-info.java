/**
 * The Noise_IKpsk2 handshake of WireGuard with its timestamps and cookies: no clock, socket or
 * thread.
 */
package io.taltun.crypto.noise;
