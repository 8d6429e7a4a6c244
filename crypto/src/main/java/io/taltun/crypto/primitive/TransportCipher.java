package io.taltun.crypto.primitive;

/**
 * ChaCha20-Poly1305 (RFC 8439) under one key, for one direction of one session: the nonce is four
 * zero bytes and the counter as 64 bits little-endian, there is no associated data (whitepaper,
 * section 5.4.6). Used by one thread at a time.
 *
 * <p>Addresses are native memory; nobody checks their bounds. Source and destination are either the
 * same address (in place) or do not overlap. Sealing two packets with one counter is the caller's
 * error and is not noticed here.
 */
public interface TransportCipher extends AutoCloseable {
  /** Bytes of the Poly1305 tag. */
  int TAG_LENGTH = 16;

  int HEADROOM = 64;

  int TAILROOM = 64;

  /**
   * Reads {@code length} ≥ 0 bytes at {@code plaintext} and writes {@code length} + 16 at {@code
   * ciphertext}. Never allocates with libcrypto.
   *
   * @throws IllegalStateException after {@link #close}
   */
  void seal(long counter, long plaintext, int length, long ciphertext);

  /**
   * Reads {@code length} bytes, the last 16 of them the tag, and writes {@code length} − 16. Never
   * allocates with libcrypto.
   *
   * @return whether the tag matched; nothing useful is at {@code plaintext} otherwise. A length
   *     below 16 is false.
   * @throws IllegalStateException after {@link #close}
   */
  boolean open(long counter, long ciphertext, int length, long plaintext);

  /** Erases the key and frees the native memory; a second call does nothing. */
  @Override
  void close();
}
