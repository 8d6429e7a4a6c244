package io.taltun.crypto.primitive;

/**
 * An engine of XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), which encrypts cookies. Keys are 32
 * bytes, nonces 24. Safe for use by several threads.
 */
public interface XChaCha20Poly1305 {
  /** Bytes of a nonce. */
  int NONCE_LENGTH = 24;

  /** "bouncycastle". */
  String engine();

  /** Writes {@code plaintext.length} + 16 bytes at {@code outOffset}. */
  void seal(byte[] key32, byte[] nonce24, byte[] aad, byte[] plaintext, byte[] out, int outOffset);

  /**
   * Reads {@code inLength} bytes, the last 16 of them the tag, and writes {@code inLength} − 16 at
   * {@code outOffset}.
   *
   * @return whether the tag matched; {@code out} is unchanged otherwise
   */
  boolean open(
      byte[] key32,
      byte[] nonce24,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset);
}
