package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.X25519;
import java.util.Arrays;

/** X25519 by libcrypto's EVP_PKEY. */
final class OpenSslX25519 implements X25519 {
  private static final int LENGTH = 32;

  /** openssl/obj_mac.h: NID_X25519. */
  private static final int EVP_PKEY_X25519 = 1034;

  // The scratch: a key, a result and the length of a result.
  private static final int KEY = 0;
  private static final int RESULT = KEY + LENGTH;
  private static final int RESULT_LENGTH = RESULT + LENGTH;
  private static final int SCRATCH_LENGTH = RESULT_LENGTH + Long.BYTES;

  private final LibCrypto lib;

  OpenSslX25519(LibCrypto lib) {
    this.lib = lib;
  }

  @Override
  public String engine() {
    return OpenSsl.NAME;
  }

  @Override
  public void publicKey(byte[] privateKey, byte[] out32) {
    requireLength(privateKey);
    try (Block block = Block.allocate(lib, SCRATCH_LENGTH)) {
      long scratch = block.address();
      long scalar = privateKey(scratch, privateKey);
      expectLength(scratch);
      int done = lib.EVP_PKEY_get_raw_public_key(scalar, scratch + RESULT, scratch + RESULT_LENGTH);
      lib.EVP_PKEY_free(scalar);
      if (done != 1) {
        throw failure();
      }
      NativeMemory.copy(scratch + RESULT, out32, 0, LENGTH);
    }
  }

  @Override
  public boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32) {
    requireLength(privateKey);
    requireLength(publicKey);
    try (Block block = Block.allocate(lib, SCRATCH_LENGTH)) {
      long scratch = block.address();
      long scalar = privateKey(scratch, privateKey);
      NativeMemory.copy(publicKey, 0, scratch + KEY, LENGTH);
      long point = lib.EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, 0, scratch + KEY, LENGTH);
      long context = lib.EVP_PKEY_CTX_new(scalar, 0);
      expectLength(scratch);
      try {
        if (point == 0
            || context == 0
            || lib.EVP_PKEY_derive_init(context) != 1
            || lib.EVP_PKEY_derive_set_peer(context, point) != 1) {
          throw failure();
        }
        if (lib.EVP_PKEY_derive(context, scratch + RESULT, scratch + RESULT_LENGTH) != 1) {
          // With valid keys the only failure left: an all-zero shared secret.
          lib.ERR_clear_error();
          Arrays.fill(out32, (byte) 0);
          return false;
        }
      } finally {
        lib.EVP_PKEY_CTX_free(context);
        lib.EVP_PKEY_free(point);
        lib.EVP_PKEY_free(scalar);
      }
      NativeMemory.copy(scratch + RESULT, out32, 0, LENGTH);
      return true;
    }
  }

  private long privateKey(long scratch, byte[] privateKey) {
    NativeMemory.copy(privateKey, 0, scratch + KEY, LENGTH);
    long key = lib.EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, 0, scratch + KEY, LENGTH);
    if (key == 0) {
      throw failure();
    }
    return key;
  }

  private static void expectLength(long scratch) {
    NativeMemory.putLongLe(scratch + RESULT_LENGTH, LENGTH);
  }

  private static void requireLength(byte[] key) {
    if (key.length != LENGTH) {
      throw new IllegalArgumentException("an X25519 key is " + LENGTH + " bytes");
    }
  }

  private IllegalStateException failure() {
    lib.ERR_clear_error();
    return new IllegalStateException("libcrypto's X25519 failed");
  }
}
