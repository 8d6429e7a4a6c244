package io.taltun.crypto.noise;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.X25519;
import java.util.Arrays;

/**
 * Our static key pair and the engines it is used with, made once per private key. Safe for use by
 * several threads.
 */
public final class StaticIdentity implements AutoCloseable {
  private final PrivateKey privateKey;
  private final PublicKey publicKey;
  private final Primitives primitives;

  /** How every handshake that somebody begins with us starts; only copied. */
  private final SymmetricState asResponder;

  /** Used and, by {@link #close}, set to null under this object's lock. */
  private X25519.PreparedKey prepared;

  /** Copies {@code key}, whose owner may close it afterwards; computes the public key. */
  public StaticIdentity(PrivateKey key, Primitives primitives) {
    byte[] scalar = key.copyBytes();
    try {
      this.privateKey = PrivateKey.of(scalar);
      this.prepared = primitives.x25519().prepare(scalar);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
    byte[] point = new byte[PublicKey.LENGTH];
    prepared.publicKey(point);
    this.publicKey = PublicKey.of(point);
    this.primitives = primitives;
    this.asResponder = SymmetricState.of(primitives, point);
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
   * What all handshakes with the owner of {@code remoteStatic} share: one scalar multiplication.
   */
  public StaticSecret secretWith(PublicKey remoteStatic) {
    return new StaticSecret(this, remoteStatic.copyBytes());
  }

  SymmetricState asResponder() {
    return asResponder.copy();
  }

  /**
   * X25519 of our static private key and {@code publicKey}, 32 bytes each.
   *
   * @return false when the shared secret is all zero
   */
  synchronized boolean agree(byte[] remote, byte[] out32) {
    if (prepared == null) {
      throw new IllegalStateException("the key is closed");
    }
    return prepared.agree(remote, out32);
  }

  /** Erases the private key; handshakes with this identity throw IllegalStateException then. */
  @Override
  public synchronized void close() {
    privateKey.close();
    if (prepared != null) {
      prepared.close();
      prepared = null;
    }
  }

  @Override
  public String toString() {
    return "StaticIdentity[" + publicKey + "]";
  }
}
