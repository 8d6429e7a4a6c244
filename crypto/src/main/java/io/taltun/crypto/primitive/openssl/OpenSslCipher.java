package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Nonce;
import io.taltun.crypto.primitive.TransportCipher;

/**
 * A cipher with the native scratch of its calls. A subclass adds contexts of libcrypto whose key is
 * set once: new ones per packet would cost more than the packet. Used by one thread at a time.
 */
abstract class OpenSslCipher implements TransportCipher {
  /** Bytes of the key. */
  static final int KEY_LENGTH = 32;

  // The scratch: where a call puts its output length; ChaCha20's iv, which is the number of the
  // first block in 32 bits (always 0) and the nonce; what a subclass wants.
  private static final int OUT_LENGTH = 0;
  private static final int IV = 8;
  private static final int NONCE = IV + Integer.BYTES;
  private static final int MORE = NONCE + Nonce.LENGTH;

  final LibCrypto lib;

  private final int scratchLength;

  /** An address until {@link #close} frees it and writes 0. */
  private long scratch;

  /** Only looks at the key's length. */
  OpenSslCipher(LibCrypto lib, byte[] key32, int moreScratch) {
    if (key32.length != KEY_LENGTH) {
      throw new IllegalArgumentException("a ChaCha20-Poly1305 key is " + KEY_LENGTH + " bytes");
    }
    this.lib = lib;
    this.scratchLength = MORE + moreScratch;
    this.scratch = Block.allocate(lib, scratchLength).address();
  }

  /** What a constructor throws. */
  final IllegalStateException noCipher() {
    lib.ERR_clear_error();
    return new IllegalStateException("libcrypto has no memory for a cipher, or refused its key");
  }

  /**
   * Seals with the nonce that is set. The associated data is followed by zeroes up to a multiple of
   * 16 bytes.
   *
   * @return false when libcrypto failed
   */
  abstract boolean seal(long aad, int aadLength, long plaintext, int length, long ciphertext);

  /** Opens with the nonce that is set; {@code length} is at least 16. */
  abstract boolean open(long aad, int aadLength, long ciphertext, int length, long plaintext);

  /**
   * Makes the calls into libcrypto that sealing a packet and opening it again take, without the
   * memory that is moved between them: a few ns in compiled code, but most of the time in
   * interpreted code. {@code out} is scratch, so is the room around both.
   *
   * @return false when libcrypto failed
   */
  abstract boolean makeCalls(long in, int length, long out);

  @Override
  public final void seal(long counter, long plaintext, int length, long ciphertext) {
    requireOpen();
    NativeMemory.putLongLe(scratch + NONCE + Nonce.COUNTER, counter);
    if (!seal(0, 0, plaintext, length, ciphertext)) {
      throw sealFailure(length);
    }
  }

  @Override
  public final boolean open(long counter, long ciphertext, int length, long plaintext) {
    requireOpen();
    NativeMemory.putLongLe(scratch + NONCE + Nonce.COUNTER, counter);
    return length >= TAG_LENGTH && open(0, 0, ciphertext, length, plaintext);
  }

  /** Sets all twelve bytes; only for ciphers that the counter methods are not used on. */
  final void setNonce(byte[] nonce12) {
    requireOpen();
    NativeMemory.copy(nonce12, 0, scratch + NONCE, Nonce.LENGTH);
  }

  final IllegalStateException sealFailure(int length) {
    lib.ERR_clear_error();
    return new IllegalStateException("libcrypto failed to seal " + length + " bytes");
  }

  /** Where calls put an output length that nobody reads. */
  final long outLength() {
    return scratch + OUT_LENGTH;
  }

  final long nonce() {
    return scratch + NONCE;
  }

  final long iv() {
    return scratch + IV;
  }

  /** What the subclass asked for, 8-byte aligned. */
  final long moreScratch() {
    return scratch + MORE;
  }

  private void requireOpen() {
    if (scratch == 0) {
      throw new IllegalStateException("the cipher is closed");
    }
  }

  /** A subclass frees its contexts as well, and knows which of them hold keys. */
  @Override
  public void close() {
    lib.CRYPTO_clear_free(scratch, scratchLength, 0, 0);
    scratch = 0;
  }
}
