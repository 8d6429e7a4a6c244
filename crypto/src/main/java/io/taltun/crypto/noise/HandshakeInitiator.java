package io.taltun.crypto.noise;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import java.util.random.RandomGenerator;

/** The initiator's side of one handshake attempt. */
public final class HandshakeInitiator implements AutoCloseable {
  /** Copies the preshared key. */
  public HandshakeInitiator(
      StaticIdentity local, PublicKey remoteStatic, PresharedKey psk, RandomGenerator random) {
    throw new UnsupportedOperationException();
  }

  /** Writes the first 116 bytes of an initiation; false when the remote static key is low-order. */
  public boolean writeInitiation(int senderIndex, byte[] tai64n12, byte[] out148) {
    throw new UnsupportedOperationException();
  }

  /** Null when the response is not authentic; the state is unchanged then. */
  public TransportKeys readResponse(byte[] response92) {
    throw new UnsupportedOperationException();
  }

  /** Erases the state. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
