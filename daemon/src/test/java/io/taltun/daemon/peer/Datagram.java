package io.taltun.daemon.peer;

import io.taltun.dataplane.udp.Endpoint;

/** Bytes on their way. */
record Datagram(Endpoint from, Endpoint to, byte[] bytes) {
  int type() {
    return bytes[0];
  }

  Datagram from(Endpoint other) {
    return new Datagram(other, to, bytes);
  }
}
