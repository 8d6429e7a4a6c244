package io.taltun.crypto.noise;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import java.util.Arrays;

/**
 * Our static key pair and the engines it is used with, made once per private key. Safe for use by
 * several threads.
 */
public final class StaticIdentity implements AutoCloseable {
  private final PrivateKey privateKey;
  private final PublicKey publicKey;
  private final Primitives primitives;

  /** Copies {@code key}, whose owner may close it afterwards; computes the public key. */
  public StaticIdentity(PrivateKey key, Primitives primitives) {
    byte[] scalar = key.copyBytes();
    try {
      this.privateKey = PrivateKey.of(scalar);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
    this.publicKey = privateKey.publicKey(primitives.x25519());
    this.primitives = primitives;
  }

  /** The public half. */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** The private half, the caller's to close. */
  public PrivateKey copyPrivateKey() {
    byte[] scalar = privateKey.copyBytes();
    try {
      return PrivateKey.of(scalar);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  /** The engines. */
  public Primitives primitives() {
    return primitives;
  }

  /**
   * X25519 of our static private key and {@code publicKey}, 32 bytes each.
   *
   * @return false when the shared secret is all zero
   */
  boolean agree(byte[] remote, byte[] out32) {
    byte[] scalar = privateKey.copyBytes();
    try {
      return primitives.x25519().agree(scalar, remote, out32);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  /** Erases the private key; handshakes with this identity throw IllegalStateException then. */
  @Override
  public void close() {
    privateKey.close();
  }

  @Override
  public String toString() {
    return "StaticIdentity[" + publicKey + "]";
  }
}
