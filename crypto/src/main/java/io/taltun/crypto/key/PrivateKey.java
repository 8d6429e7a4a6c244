package io.taltun.crypto.key;

import io.taltun.crypto.primitive.X25519;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * An X25519 private key: 32 bytes, clamped (RFC 7748, section 5). Any method but {@link #close}
 * throws IllegalStateException after {@link #close}. Safe for use by several threads.
 */
public final class PrivateKey implements AutoCloseable {
  /** Bytes of a key. */
  public static final int LENGTH = Key32.LENGTH;

  private final SecretBytes secret;

  private PrivateKey(byte[] owned) {
    // RFC 7748, section 5, decodeScalar25519.
    owned[0] &= (byte) 248;
    owned[31] &= 127;
    owned[31] |= 64;
    this.secret = new SecretBytes(owned);
  }

  /**
   * Copies 32 bytes and clamps the copy.
   *
   * @throws IllegalArgumentException for any other length
   */
  public static PrivateKey of(byte[] raw) {
    return new PrivateKey(Key32.copyOf(raw));
  }

  /**
   * Reads 44 characters of canonical base64.
   *
   * @throws IllegalArgumentException for any other text; the message does not show it
   */
  public static PrivateKey ofBase64(String text) {
    return new PrivateKey(Key32.decode(text));
  }

  /** Makes a new key; {@code random} must be cryptographically strong outside of tests. */
  public static PrivateKey generate(RandomGenerator random) {
    byte[] raw = new byte[LENGTH];
    random.nextBytes(raw);
    return new PrivateKey(raw);
  }

  /** Computes the public key, one scalar multiplication. */
  public PublicKey publicKey(X25519 x25519) {
    byte[] scalar = secret.copy();
    try {
      byte[] point = new byte[PublicKey.LENGTH];
      x25519.publicKey(scalar, point);
      return PublicKey.of(point);
    } finally {
      Arrays.fill(scalar, (byte) 0);
    }
  }

  /** 44 characters; for writing a configuration, never for a log. */
  public String toBase64() {
    byte[] copy = secret.copy();
    try {
      return Key32.encode(copy);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /** 32 bytes that the caller erases. */
  public byte[] copyBytes() {
    return secret.copy();
  }

  /** Erases the key. */
  @Override
  public void close() {
    secret.erase();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PrivateKey key && secret.sameAs(key.secret);
  }

  /** The same for all keys: a hash of the content would show some of it. */
  @Override
  public int hashCode() {
    return PrivateKey.class.hashCode();
  }

  @Override
  public String toString() {
    return "PrivateKey[redacted]";
  }
}
