package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Nonce;
import io.taltun.crypto.primitive.TransportCipher;

/**
 * An EVP_CIPHER_CTX whose key is set once (a new context per packet would cost more than the
 * packet) and the native scratch of its calls. Used by one thread at a time.
 */
final class OpenSslCipher implements TransportCipher {
  private static final int KEY_LENGTH = 32;

  // openssl/evp.h
  private static final int EVP_CTRL_AEAD_GET_TAG = 0x10;
  private static final int EVP_CTRL_AEAD_SET_TAG = 0x11;

  // The scratch: where a call puts its output length, the nonce, and at first the key.
  private static final int OUT_LENGTH = 0;
  private static final int NONCE = 8;
  private static final int KEY = 24;
  private static final int SCRATCH_LENGTH = KEY + KEY_LENGTH;

  private final LibCrypto lib;

  /** Both are addresses until {@link #close} frees them and writes 0. */
  private long context;

  private long scratch;

  /** {@code cipher} is the fetched EVP_CIPHER; copies the key. */
  OpenSslCipher(LibCrypto lib, long cipher, byte[] key32) {
    if (key32.length != KEY_LENGTH) {
      throw new IllegalArgumentException("a ChaCha20-Poly1305 key is " + KEY_LENGTH + " bytes");
    }
    this.lib = lib;
    this.context = lib.EVP_CIPHER_CTX_new();
    this.scratch = lib.CRYPTO_zalloc(SCRATCH_LENGTH, 0, 0);
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

  @Override
  public void seal(long counter, long plaintext, int length, long ciphertext) {
    requireOpen();
    NativeMemory.putLongLe(scratch + NONCE + Nonce.COUNTER, counter);
    seal(0, 0, plaintext, length, ciphertext);
  }

  @Override
  public boolean open(long counter, long ciphertext, int length, long plaintext) {
    requireOpen();
    NativeMemory.putLongLe(scratch + NONCE + Nonce.COUNTER, counter);
    return open(0, 0, ciphertext, length, plaintext);
  }

  /** Sets all twelve bytes; only for ciphers that the counter methods are not used on. */
  void setNonce(byte[] nonce12) {
    requireOpen();
    NativeMemory.copy(nonce12, 0, scratch + NONCE, Nonce.LENGTH);
  }

  /** Seals with the nonce that is set. An update of length 0 is left out, here and below. */
  void seal(long aad, int aadLength, long plaintext, int length, long ciphertext) {
    long outLength = scratch + OUT_LENGTH;
    boolean sealed =
        lib.EVP_EncryptInit_ex(context, 0, 0, 0, scratch + NONCE) == 1
            && (aadLength == 0 || lib.EVP_EncryptUpdate(context, 0, outLength, aad, aadLength) == 1)
            && (length == 0
                || lib.EVP_EncryptUpdate(context, ciphertext, outLength, plaintext, length) == 1)
            && lib.EVP_EncryptFinal_ex(context, ciphertext + length, outLength) == 1
            && lib.EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, ciphertext + length)
                == 1;
    if (!sealed) {
      lib.ERR_clear_error();
      throw new IllegalStateException("libcrypto failed to seal " + length + " bytes");
    }
  }

  /** Opens with the nonce that is set. */
  boolean open(long aad, int aadLength, long ciphertext, int length, long plaintext) {
    int plainLength = length - TAG_LENGTH;
    if (plainLength < 0) {
      return false;
    }
    long outLength = scratch + OUT_LENGTH;
    boolean opened =
        lib.EVP_DecryptInit_ex(context, 0, 0, 0, scratch + NONCE) == 1
            && lib.EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, ciphertext + plainLength)
                == 1
            && (aadLength == 0 || lib.EVP_DecryptUpdate(context, 0, outLength, aad, aadLength) == 1)
            && (plainLength == 0
                || lib.EVP_DecryptUpdate(context, plaintext, outLength, ciphertext, plainLength)
                    == 1)
            && lib.EVP_DecryptFinal_ex(context, plaintext + plainLength, outLength) == 1;
    if (!opened) {
      lib.ERR_clear_error();
    }
    return opened;
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
    lib.CRYPTO_clear_free(scratch, SCRATCH_LENGTH, 0, 0);
    context = 0;
    scratch = 0;
  }
}
