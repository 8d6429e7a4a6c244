package io.taltun.crypto.key;

import java.security.MessageDigest;
import java.util.Arrays;

/** An X25519 public key: 32 bytes, little-endian u-coordinate (RFC 7748, section 5). Immutable. */
public final class PublicKey {
  /** Bytes of a key. */
  public static final int LENGTH = Key32.LENGTH;

  /** Enough for a reader to tell peers apart. */
  private static final int SHOWN_CHARACTERS = 8;

  private final byte[] point;
  private final int hash;

  private PublicKey(byte[] owned) {
    this.point = owned;
    this.hash = Arrays.hashCode(owned);
  }

  /**
   * Copies 32 bytes.
   *
   * @throws IllegalArgumentException for any other length
   */
  public static PublicKey of(byte[] raw) {
    return new PublicKey(Key32.copyOf(raw));
  }

  /**
   * Reads 44 characters of canonical base64.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static PublicKey ofBase64(String text) {
    return new PublicKey(Key32.decode(text));
  }

  /** 44 characters. */
  public String toBase64() {
    return Key32.encode(point);
  }

  /** 32 bytes that belong to the caller. */
  public byte[] copyBytes() {
    return point.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey key && MessageDigest.isEqual(point, key.point);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** The first eight base64 characters and an ellipsis. */
  @Override
  public String toString() {
    return toBase64().substring(0, SHOWN_CHARACTERS) + "…";
  }
}
