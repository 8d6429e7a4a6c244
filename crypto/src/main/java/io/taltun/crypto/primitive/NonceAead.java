package io.taltun.crypto.primitive;

/**
 * An {@link Aead} written in terms of RFC 8439's whole 12-byte nonce. Engines extend it; published
 * vectors, whose nonces are arbitrary, reach it through {@link #sealWith} and {@link #openWith}.
 */
public abstract class NonceAead implements Aead {
  /** For engines. */
  protected NonceAead() {}

  /** {@link Aead#seal} with any nonce. */
  protected abstract void sealWith(
      byte[] key32, byte[] nonce12, byte[] aad, byte[] plaintext, byte[] out, int outOffset);

  /** {@link Aead#open} with any nonce; {@code inLength} is at least 16. */
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
    sealWith(key32, Nonce.of(counter), aad, plaintext, out, outOffset);
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
    return inLength >= TransportCipher.TAG_LENGTH
        && openWith(key32, Nonce.of(counter), aad, in, inOffset, inLength, out, outOffset);
  }
}
