package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;

/** Makes an EVP_CIPHER_CTX. */
final class EvpContext {
  private EvpContext() {}

  /**
   * The address of a context that encrypts under a key with the fetched {@code cipher}, owned by
   * the caller; 0 when libcrypto refuses.
   */
  static long create(LibCrypto lib, long cipher, byte[] key32) {
    try (Block key = Block.allocate(lib, key32.length)) {
      NativeMemory.copy(key32, 0, key.address(), key32.length);
      long context = lib.EVP_CIPHER_CTX_new();
      if (context == 0 || lib.EVP_EncryptInit_ex(context, cipher, 0, key.address(), 0) == 1) {
        return context;
      }
      lib.EVP_CIPHER_CTX_free(context);
      return 0;
    }
  }
}
