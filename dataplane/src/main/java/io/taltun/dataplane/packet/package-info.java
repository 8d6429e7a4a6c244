/** Inner packets in native memory: headers, checksums, and the two halves of the TUN offloads. */
package io.taltun.dataplane.packet;
