package io.taltun.crypto.primitive.bouncycastle;

/** XChaCha20-Poly1305 by BouncyCastle, HChaCha20 included. */
final class BouncyCastleXChaCha20Poly1305 implements io.taltun.crypto.primitive.XChaCha20Poly1305 {
  private static final int KEY_LENGTH = 32;

  @Override
  public String engine() {
    return BouncyCastle.NAME;
  }

  @Override
  public void seal(
      byte[] key32, byte[] nonce24, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    requireLengths(key32, nonce24);
    Modes.seal(
        new org.bouncycastle.crypto.modes.XChaCha20Poly1305(),
        key32,
        nonce24,
        aad,
        plaintext,
        plaintext.length,
        out,
        outOffset);
  }

  @Override
  public boolean open(
      byte[] key32,
      byte[] nonce24,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset) {
    requireLengths(key32, nonce24);
    return Modes.open(
        new org.bouncycastle.crypto.modes.XChaCha20Poly1305(),
        key32,
        nonce24,
        aad,
        in,
        inOffset,
        inLength,
        out,
        outOffset);
  }

  private static void requireLengths(byte[] key, byte[] nonce) {
    if (key.length != KEY_LENGTH || nonce.length != NONCE_LENGTH) {
      throw new IllegalArgumentException("XChaCha20-Poly1305 has 32-byte keys and 24-byte nonces");
    }
  }
}
