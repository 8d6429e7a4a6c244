package io.taltun.daemon.simulation;

/** What a device made and sent; every datagram that carries these very bytes carries this. */
final class Message {
  /** Whose messages the attacker makes up, and to whom a cookie reply goes. */
  static final int NOBODY = -1;

  final long number;
  final int sender;
  final int addressee;
  final byte[] bytes;

  /** Written by the receiving host: whom it is for took it in, so it is no news any more. */
  boolean arrived;

  Message(long number, int sender, int addressee, byte[] bytes) {
    this.number = number;
    this.sender = sender;
    this.addressee = addressee;
    this.bytes = bytes;
  }
}
