package io.taltun.daemon.simulation;

import io.taltun.crypto.wire.MessageType;
import io.taltun.dataplane.udp.Endpoint;

/**
 * Bytes on their way.
 *
 * @param message what they were when they were made
 * @param bytes the same array as the message's unless something altered them
 */
record Datagram(Message message, byte[] bytes, Endpoint from, Endpoint to) {
  boolean genuine() {
    return bytes == message.bytes && message.sender != Message.NOBODY;
  }

  int type() {
    return MessageType.of(bytes, bytes.length);
  }

  Datagram with(byte[] altered) {
    return new Datagram(message, altered, from, to);
  }

  Datagram between(Endpoint source, Endpoint destination) {
    return new Datagram(message, bytes, source, destination);
  }

  @Override
  public String toString() {
    return "%s %d of device %d%s, %s to %s"
        .formatted(
            switch (type()) {
              case MessageType.INITIATION -> "initiation";
              case MessageType.RESPONSE -> "response";
              case MessageType.COOKIE_REPLY -> "cookie reply";
              case MessageType.TRANSPORT_DATA -> "data";
              default -> "garbage";
            },
            message.number,
            message.sender,
            genuine() ? "" : ", altered",
            from,
            to);
  }
}
