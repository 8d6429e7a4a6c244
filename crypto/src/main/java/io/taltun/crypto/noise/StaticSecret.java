package io.taltun.crypto.noise;

import io.taltun.crypto.key.PublicKey;
import java.util.Arrays;

/**
 * X25519 of both parties' static keys, which is the same in every handshake of the two: made once
 * for a peer, it saves one scalar multiplication in each. Used by one thread at a time.
 */
public final class StaticSecret implements AutoCloseable {
  private final byte[] secret = new byte[PublicKey.LENGTH];
  private final boolean agreed;

  StaticSecret(StaticIdentity local, byte[] remoteStatic) {
    agreed = local.agree(remoteStatic, secret);
  }

  /** False when the remote key is of low order (trap 22): no handshake can be authentic then. */
  boolean agreed() {
    return agreed;
  }

  byte[] bytes() {
    return secret;
  }

  /** Erases the secret; what is authenticated with it afterwards is not authentic. */
  @Override
  public void close() {
    Arrays.fill(secret, (byte) 0);
  }

  @Override
  public String toString() {
    return "StaticSecret[redacted]";
  }
}
