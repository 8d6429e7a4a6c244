package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Nonce;
import io.taltun.crypto.primitive.TransportCipher;

/**
 * An EVP_CIPHER_CTX whose key is set once (a new context per packet would cost more than the
 * packet) and the native scratch of its calls. Used by one thread at a time.
 */
abstract class OpenSslCipher implements TransportCipher {
  private static final int KEY_LENGTH = 32;

  // The scratch: where a call puts its output length; ChaCha20's iv, which is the number of the
  // first block in 32 bits (always 0) and the nonce; at first the key; what a subclass wants.
  private static final int OUT_LENGTH = 0;
  private static final int IV = 8;
  private static final int NONCE = IV + Integer.BYTES;
  private static final int KEY = NONCE + Nonce.LENGTH;
  private static final int MORE = KEY + KEY_LENGTH;

  final LibCrypto lib;

  private final int scratchLength;

  /** Both are addresses until {@link #close} frees them and writes 0. */
  private long context;

  private long scratch;

  /** {@code cipher} is the fetched EVP_CIPHER; copies the key. */
  OpenSslCipher(LibCrypto lib, long cipher, byte[] key32, int moreScratch) {
    if (key32.length != KEY_LENGTH) {
      throw new IllegalArgumentException("a ChaCha20-Poly1305 key is " + KEY_LENGTH + " bytes");
    }
    this.lib = lib;
    this.scratchLength = MORE + moreScratch;
    this.context = lib.EVP_CIPHER_CTX_new();
    this.scratch = lib.CRYPTO_zalloc(scratchLength, 0, 0);
    if (context == 0 || scratch == 0) {
      close();
      throw new IllegalStateException("libcrypto has no memory for a cipher");
    }
    NativeMemory.copy(key32, 0, scratch + KEY, KEY_LENGTH);
    int done = lib.EVP_EncryptInit_ex(context, cipher, 0, scratch + KEY, 0);
    NativeMemory.clear(scratch + KEY, KEY_LENGTH);
    if (done != 1) {
      close();
      throw new IllegalStateException("libcrypto refused a ChaCha20-Poly1305 key");
    }
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

  final long context() {
    return context;
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
    if (context == 0) {
      throw new IllegalStateException("the cipher is closed");
    }
  }

  /** libcrypto zeroes the key as it frees the context. */
  @Override
  public void close() {
    lib.EVP_CIPHER_CTX_free(context);
    lib.CRYPTO_clear_free(scratch, scratchLength, 0, 0);
    context = 0;
    scratch = 0;
  }
}
