package io.taltun.crypto.key;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The optional symmetric key of two peers: 32 bytes, all zero when there is none (whitepaper,
 * section 5.4). Any method but {@link #close} throws IllegalStateException after {@link #close}.
 * Safe for use by several threads.
 */
public final class PresharedKey implements AutoCloseable {
  /** Bytes of a key. */
  public static final int LENGTH = Key32.LENGTH;

  private final SecretBytes secret;
  private final boolean none;

  private PresharedKey(byte[] owned) {
    int seen = 0;
    for (byte b : owned) {
      seen |= b;
    }
    this.none = seen == 0;
    this.secret = new SecretBytes(owned);
  }

  /**
   * Copies 32 bytes.
   *
   * @throws IllegalArgumentException for any other length
   */
  public static PresharedKey of(byte[] raw) {
    return new PresharedKey(Key32.copyOf(raw));
  }

  /**
   * Reads 44 characters of canonical base64.
   *
   * @throws IllegalArgumentException for any other text; the message does not show it
   */
  public static PresharedKey ofBase64(String text) {
    return new PresharedKey(Key32.decode(text));
  }

  /** Makes a new key; {@code random} must be cryptographically strong outside of tests. */
  public static PresharedKey generate(RandomGenerator random) {
    byte[] raw = new byte[LENGTH];
    random.nextBytes(raw);
    return new PresharedKey(raw);
  }

  /** 32 zero bytes: what a peer without a preshared key mixes in. A new object each time. */
  public static PresharedKey none() {
    return new PresharedKey(new byte[LENGTH]);
  }

  /** Whether all bytes are zero; may be asked after {@link #close} too. */
  public boolean isNone() {
    return none;
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

  /** The same key with a life of its own: closing one leaves the other. */
  public PresharedKey copy() {
    byte[] raw = copyBytes();
    try {
      return of(raw);
    } finally {
      Arrays.fill(raw, (byte) 0);
    }
  }

  /** Erases the key. */
  @Override
  public void close() {
    secret.erase();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PresharedKey key && secret.sameAs(key.secret);
  }

  /** The same for all keys: a hash of the content would show some of it. */
  @Override
  public int hashCode() {
    return PresharedKey.class.hashCode();
  }

  @Override
  public String toString() {
    return none ? "PresharedKey[none]" : "PresharedKey[redacted]";
  }
}
