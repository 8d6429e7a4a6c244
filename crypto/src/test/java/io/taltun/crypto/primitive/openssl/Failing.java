package io.taltun.crypto.primitive.openssl;

/** A cipher that fails in no time at all. */
final class Failing extends OpenSslCipher {
  Failing(LibCrypto lib, byte[] key32) {
    super(lib, key32, 0);
  }

  @Override
  boolean seal(long aad, int aadLength, long plaintext, int length, long ciphertext) {
    return false;
  }

  @Override
  boolean open(long aad, int aadLength, long ciphertext, int length, long plaintext) {
    return false;
  }

  @Override
  boolean makeCalls(long in, int length, long out) {
    return false;
  }
}
