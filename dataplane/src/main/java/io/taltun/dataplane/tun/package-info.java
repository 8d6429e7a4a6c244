/** The plaintext edge: the kernel's TUN device and its queues. */
package io.taltun.dataplane.tun;
