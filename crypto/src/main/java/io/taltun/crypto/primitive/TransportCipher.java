package io.taltun.crypto.primitive;

/**
 * ChaCha20-Poly1305 (RFC 8439) under one key, for one direction of one session: the nonce is four
 * zero bytes and the counter as 64 bits little-endian, there is no associated data (whitepaper,
 * section 5.4.6). Used by one thread at a time.
 *
 * <p>Addresses are native memory; nobody checks their bounds. Engines work on whole blocks, so they
 * touch memory around a packet. All of what is drawn has to be mapped and writable. "Scratch" is
 * undefined after a call, "kept" is as before it, though it may have been changed in between:
 *
 * <pre>
 *                    −64        −16         0                length      +16          +64
 * seal   plaintext     | scratch            | length bytes,  | up to 63 bytes are read and kept
 *                      |                    | kept           |
 *        ciphertext    | kept    | scratch  | sealed         | tag       | scratch     |
 *        in place      | scratch            | sealed         | tag       | scratch     |
 *
 *                    −64        −16         0                length−16   length       +64
 * open   ciphertext    | scratch            | sealed, kept   | tag, kept | kept        |
 *        plaintext     | scratch            | opened         | scratch: 64 bytes       |
 * </pre>
 *
 * <p>So a message's header, {@value #TAG_LENGTH} bytes before its ciphertext, is written after
 * sealing and read before opening. Messages that follow each other without a gap are sealed out of
 * place from first to last and opened from first to last.
 *
 * <p>Sealing two packets with one counter is the caller's error and is not noticed here.
 */
public interface TransportCipher extends AutoCloseable {
  /** Bytes of the Poly1305 tag. */
  int TAG_LENGTH = 16;

  /** Bytes before a packet that a call may touch: one block of ChaCha20. */
  int HEADROOM = 64;

  /** Bytes behind a packet, and behind its tag where it has one, that a call may touch. */
  int TAILROOM = 64;

  /**
   * Reads {@code length} ≥ 0 bytes at {@code plaintext} and writes {@code length} + 16 at {@code
   * ciphertext}: the same address, or ranges that do not overlap, with what is drawn around them.
   * Never allocates with libcrypto.
   *
   * @throws IllegalStateException after {@link #close}
   */
  void seal(long counter, long plaintext, int length, long ciphertext);

  /**
   * Reads {@code length} bytes, the last 16 of them the tag, and writes {@code length} − 16. The
   * ranges never overlap, with what is drawn around them. Never allocates with libcrypto.
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
