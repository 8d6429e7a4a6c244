package io.taltun.crypto.primitive;

/**
 * An engine of ChaCha20-Poly1305 (RFC 8439, section 2.8) with WireGuard's nonce: four zero bytes
 * and a 64-bit little-endian counter. Keys are 32 bytes and are copied. Safe for use by several
 * threads.
 */
public interface Aead {
  /** "libcrypto/fused", "libcrypto/split", "libcrypto/direct", "jdk" or "bouncycastle". */
  String engine();

  /** A cipher for transport data, owned by the caller. */
  TransportCipher transportCipher(byte[] key32);

  /** Writes {@code plaintext.length} + 16 bytes at {@code outOffset}; for the handshake. */
  void seal(byte[] key32, long counter, byte[] aad, byte[] plaintext, byte[] out, int outOffset);

  /**
   * Reads {@code inLength} bytes, the last 16 of them the tag, and writes {@code inLength} − 16 at
   * {@code outOffset}; for the handshake.
   *
   * @return whether the tag matched; {@code out} is unchanged otherwise
   */
  boolean open(
      byte[] key32,
      long counter,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset);
}
