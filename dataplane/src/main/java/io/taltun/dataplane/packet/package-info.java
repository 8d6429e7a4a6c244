/** Inner packets in native memory: their headers and checksums. */
package io.taltun.dataplane.packet;
