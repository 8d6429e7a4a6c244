package io.taltun.crypto.noise;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import java.util.random.RandomGenerator;

/** The responder's side of one handshake. */
public final class HandshakeResponder implements AutoCloseable {
  private HandshakeResponder() {}

  /** Null when the initiation is not authentic. */
  public static HandshakeResponder open(StaticIdentity local, byte[] initiation148) {
    throw new UnsupportedOperationException();
  }

  /** Who initiates. */
  public PublicKey remoteStatic() {
    throw new UnsupportedOperationException();
  }

  /** TAI64N, 12 bytes. */
  public byte[] timestamp() {
    throw new UnsupportedOperationException();
  }

  /** The initiator's index. */
  public int remoteIndex() {
    throw new UnsupportedOperationException();
  }

  /** Writes the first 60 bytes of a response; null on an all-zero shared secret. */
  public TransportKeys writeResponse(
      PresharedKey psk, int senderIndex, RandomGenerator random, byte[] out92) {
    throw new UnsupportedOperationException();
  }

  /** Erases the state. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
