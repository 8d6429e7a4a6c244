package io.taltun.crypto.noise;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Blake2s;
import java.nio.charset.StandardCharsets;

/**
 * The two keys that anyone can derive from a static public key (whitepaper, sections 5.4.4 and
 * 5.4.7): whoever made them knows whom it speaks to, and no more.
 */
record MacKeys(byte[] mac1, byte[] cookie) {
  private static final byte[] LABEL_MAC1 = "mac1----".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LABEL_COOKIE = "cookie--".getBytes(StandardCharsets.US_ASCII);

  /** Hash(label || public key of the one who receives the MAC, or who sends the cookie). */
  static MacKeys of(Blake2s blake2s, PublicKey publicKey) {
    byte[] mac1 = new byte[Blake2s.HASH_LENGTH];
    byte[] cookie = new byte[Blake2s.HASH_LENGTH];
    blake2s.hash(mac1, LABEL_MAC1, publicKey.copyBytes());
    blake2s.hash(cookie, LABEL_COOKIE, publicKey.copyBytes());
    return new MacKeys(mac1, cookie);
  }
}
