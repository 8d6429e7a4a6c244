package io.taltun.crypto.primitive;

import java.util.Arrays;

/**
 * Kdf1, Kdf2 and Kdf3 (whitepaper, section 5.4): HKDF (RFC 5869) with HMAC-BLAKE2s, an empty info
 * and outputs of 32 bytes. Safe for use by several threads.
 */
public final class Hkdf {
  private static final int MAXIMUM_OUTPUTS = 3;

  private final Blake2s blake2s;

  /** Over this engine. */
  public Hkdf(Blake2s blake2s) {
    this.blake2s = blake2s;
  }

  /**
   * Derives one to three outputs, 32 bytes each, which may be the array of {@code key} or {@code
   * input} again.
   *
   * @throws IllegalArgumentException for another number of outputs
   */
  public void derive(byte[] key, byte[] input, byte[]... outputs) {
    if (outputs.length < 1 || outputs.length > MAXIMUM_OUTPUTS) {
      throw new IllegalArgumentException("one to three outputs, not " + outputs.length);
    }
    byte[] secret = new byte[Blake2s.HASH_LENGTH];
    blake2s.hmac(secret, key, input);
    byte[] previous = new byte[0];
    for (int i = 0; i < outputs.length; i++) {
      blake2s.hmac(outputs[i], secret, previous, new byte[] {(byte) (i + 1)});
      previous = outputs[i];
    }
    Arrays.fill(secret, (byte) 0);
  }
}
