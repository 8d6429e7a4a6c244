package io.taltun.crypto.primitive.openssl;

/** A zeroed block of libcrypto's memory that is zeroed again as it is freed. */
record Block(LibCrypto lib, long address, long length) implements AutoCloseable {
  static Block allocate(LibCrypto lib, long length) {
    long address = lib.CRYPTO_zalloc(length, 0, 0);
    if (address == 0) {
      throw new IllegalStateException("libcrypto has no memory for " + length + " bytes");
    }
    return new Block(lib, address, length);
  }

  @Override
  public void close() {
    lib.CRYPTO_clear_free(address, length, 0, 0);
  }
}
