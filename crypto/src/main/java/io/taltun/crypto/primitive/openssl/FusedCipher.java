package io.taltun.crypto.primitive.openssl;

/** The AEAD that libcrypto offers as one EVP_CIPHER. Needs no room around a packet. */
final class FusedCipher extends OpenSslCipher {
  // openssl/evp.h
  private static final int EVP_CTRL_AEAD_GET_TAG = 0x10;
  private static final int EVP_CTRL_AEAD_SET_TAG = 0x11;

  /** The address of an EVP_CIPHER_CTX; 0 after {@link #close}. */
  private long context;

  /** {@code cipher} is the fetched EVP_CIPHER of ChaCha20-Poly1305. */
  FusedCipher(LibCrypto lib, long cipher, byte[] key32) {
    super(lib, key32, 0);
    context = EvpContext.create(lib, cipher, key32);
    if (context == 0) {
      close();
      throw noCipher();
    }
  }

  /** An update of length 0 is left out, here and below. */
  @Override
  boolean seal(long aad, int aadLength, long plaintext, int length, long ciphertext) {
    long outLength = outLength();
    return lib.EVP_EncryptInit_ex(context, 0, 0, 0, nonce()) == 1
        && (aadLength == 0 || lib.EVP_EncryptUpdate(context, 0, outLength, aad, aadLength) == 1)
        && (length == 0
            || lib.EVP_EncryptUpdate(context, ciphertext, outLength, plaintext, length) == 1)
        && lib.EVP_EncryptFinal_ex(context, ciphertext + length, outLength) == 1
        && lib.EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, ciphertext + length)
            == 1;
  }

  @Override
  boolean open(long aad, int aadLength, long ciphertext, int length, long plaintext) {
    long outLength = outLength();
    int plainLength = length - TAG_LENGTH;
    boolean opened =
        lib.EVP_DecryptInit_ex(context, 0, 0, 0, nonce()) == 1
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

  /** Moves no memory of its own. */
  @Override
  boolean makeCalls(long in, int length, long out) {
    return seal(0, 0, in, length, out) && open(0, 0, out, length + TAG_LENGTH, in);
  }

  /** libcrypto zeroes the key. */
  @Override
  public void close() {
    super.close();
    lib.EVP_CIPHER_CTX_free(context);
    context = 0;
  }
}
