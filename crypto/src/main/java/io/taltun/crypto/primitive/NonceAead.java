package io.taltun.crypto.primitive;

/**
 * An {@link Aead} written in terms of RFC 8439's whole 12-byte nonce, which published vectors need.
 * Engines extend it.
 */
public abstract class NonceAead implements Aead {
  private static final int KEY_LENGTH = 32;

  /** For engines. */
  protected NonceAead() {}

  /** {@link Aead#seal} with any 12-byte nonce. */
  protected abstract void sealWith(
      byte[] key32, byte[] nonce12, byte[] aad, byte[] plaintext, byte[] out, int outOffset);

  /** {@link Aead#open} with any 12-byte nonce; {@code inLength} is at least 16. */
  protected abstract boolean openWith(
      byte[] key32,
      byte[] nonce12,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset);

  @Override
  public final void seal(
      byte[] key32, long counter, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    sealChecked(key32, Nonce.of(counter), aad, plaintext, out, outOffset);
  }

  @Override
  public final boolean open(
      byte[] key32,
      long counter,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset) {
    return openChecked(key32, Nonce.of(counter), aad, in, inOffset, inLength, out, outOffset);
  }

  /** {@link #sealWith} for keys and nonces of unproven length. */
  final void sealChecked(
      byte[] key, byte[] nonce, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    requireLengths(key, nonce);
    sealWith(key, nonce, aad, plaintext, out, outOffset);
  }

  /** {@link #openWith} for keys and nonces of unproven length, and any {@code inLength}. */
  final boolean openChecked(
      byte[] key,
      byte[] nonce,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset) {
    requireLengths(key, nonce);
    return inLength >= TransportCipher.TAG_LENGTH
        && openWith(key, nonce, aad, in, inOffset, inLength, out, outOffset);
  }

  private static void requireLengths(byte[] key, byte[] nonce) {
    if (key.length != KEY_LENGTH || nonce.length != Nonce.LENGTH) {
      throw new IllegalArgumentException("ChaCha20-Poly1305 has 32-byte keys and 12-byte nonces");
    }
  }
}
