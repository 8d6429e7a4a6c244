package io.taltun.daemon.simulation;

/** What a device made and sent; every datagram that carries these very bytes carries this. */
final class Message {
  /** Whose messages the attacker makes up. */
  static final int NOBODY = -1;

  final long number;
  final int sender;
  final byte[] bytes;

  /** Written by the receiving host: a device took it in, so it is no news to anybody there. */
  boolean arrived;

  Message(long number, int sender, byte[] bytes) {
    this.number = number;
    this.sender = sender;
    this.bytes = bytes;
  }
}
