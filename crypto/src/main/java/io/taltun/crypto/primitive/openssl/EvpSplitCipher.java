package io.taltun.crypto.primitive.openssl;

/** ChaCha20 and Poly1305 as EVP_CIPHER and EVP_MAC. */
final class EvpSplitCipher extends SplitCipher {
  /** Addresses of contexts; 0 after {@link #close}. */
  private long context;

  private long mac;

  /** {@code chacha20} and {@code poly1305} are the fetched EVP_CIPHER and EVP_MAC. */
  EvpSplitCipher(LibCrypto lib, long chacha20, long poly1305, byte[] key32) {
    super(lib, key32);
    context = EvpContext.create(lib, chacha20, key32);
    mac = lib.EVP_MAC_CTX_new(poly1305);
    if (context == 0 || mac == 0) {
      close();
      throw noCipher();
    }
  }

  @Override
  boolean pass(long in, long out, int length) {
    return lib.EVP_EncryptInit_ex(context, 0, 0, 0, iv()) == 1
        && lib.EVP_EncryptUpdate(context, out, outLength(), in, length) == 1;
  }

  @Override
  boolean startMac(long key) {
    return lib.EVP_MAC_init(mac, key, ONE_TIME_KEY_LENGTH, 0) == 1;
  }

  @Override
  boolean updateMac(long data, int length) {
    return lib.EVP_MAC_update(mac, data, length) == 1;
  }

  @Override
  boolean finishMac(long tag) {
    return lib.EVP_MAC_final(mac, tag, outLength(), TAG_LENGTH) == 1;
  }

  /** libcrypto zeroes the key; Poly1305 zeroed its own state with the last tag. */
  @Override
  public void close() {
    super.close();
    lib.EVP_CIPHER_CTX_free(context);
    lib.EVP_MAC_CTX_free(mac);
    context = 0;
    mac = 0;
  }
}
