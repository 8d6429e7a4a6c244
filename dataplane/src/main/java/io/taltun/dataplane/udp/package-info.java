/** The ciphertext edge: UDP sockets, the addresses they speak to, and batches of datagrams. */
package io.taltun.dataplane.udp;
