package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.X25519;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * A private key of X25519 and the context that multiplies with it.
 *
 * <p>libcrypto computes the public half of every private key it is given without one, which takes
 * as long as an agreement, and an agreement never looks at it. So it is given one that is not true,
 * the base point, and the true one is computed where somebody asks, as an agreement with the base
 * point (RFC 7748, section 6.1).
 */
final class OpenSslPreparedKey implements X25519.PreparedKey {
  private static final int LENGTH = 32;

  /** openssl/obj_mac.h: NID_X25519. */
  private static final int EVP_PKEY_X25519 = 1034;

  /** openssl/evp.h: EVP_PKEY_KEYPAIR. */
  private static final int EVP_PKEY_KEYPAIR = 0x87;

  // The scratch: two keys, the length of a result, where a new key's address is put, and two
  // parameters with the NULL that ends them.
  private static final int KEY = 0;
  private static final int RESULT = KEY + LENGTH;
  private static final int RESULT_LENGTH = RESULT + LENGTH;
  private static final int NEW_KEY = RESULT_LENGTH + Long.BYTES;
  private static final int PARAMETERS = NEW_KEY + Long.BYTES;
  private static final int SCRATCH_LENGTH = PARAMETERS + 3 * Parameter.LENGTH;

  // openssl/core_names.h: OSSL_PKEY_PARAM_PRIV_KEY, OSSL_PKEY_PARAM_PUB_KEY.
  private static final long PRIV = Arena.global().allocateFrom("priv").address();
  private static final long PUB = Arena.global().allocateFrom("pub").address();

  /** RFC 7748, section 4.1: the u-coordinate of the base point. */
  private static final byte[] BASE_POINT = new byte[LENGTH];

  static {
    BASE_POINT[0] = 9;
  }

  private final LibCrypto lib;

  /** Null after {@link #close}. */
  private Block scratch;

  private final long key;
  private final long context;

  /** Copies the key. */
  OpenSslPreparedKey(LibCrypto lib, byte[] privateKey) {
    requireLength(privateKey);
    this.lib = lib;
    scratch = Block.allocate(lib, SCRATCH_LENGTH);
    key = newKey(privateKey);
    context = key == 0 ? 0 : lib.EVP_PKEY_CTX_new(key, 0);
    if (context == 0 || lib.EVP_PKEY_derive_init(context) != 1) {
      close();
      throw failure();
    }
  }

  /** An EVP_PKEY, or 0. */
  private long newKey(byte[] privateKey) {
    long at = scratch.address();
    NativeMemory.copy(privateKey, 0, at + KEY, LENGTH);
    NativeMemory.copy(BASE_POINT, 0, at + RESULT, LENGTH);
    Parameter.putBytes(at + PARAMETERS, PRIV, at + KEY, LENGTH);
    Parameter.putBytes(at + PARAMETERS + Parameter.LENGTH, PUB, at + RESULT, LENGTH);
    long maker = lib.EVP_PKEY_CTX_new_id(EVP_PKEY_X25519, 0);
    boolean made =
        maker != 0
            && lib.EVP_PKEY_fromdata_init(maker) == 1
            && lib.EVP_PKEY_fromdata(maker, at + NEW_KEY, EVP_PKEY_KEYPAIR, at + PARAMETERS) == 1;
    lib.EVP_PKEY_CTX_free(maker);
    if (!made) {
      // A provider that does look at the public half has to compute its own.
      NativeMemory.putLong(
          at + NEW_KEY, lib.EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, 0, at + KEY, LENGTH));
    }
    NativeMemory.clear(at + KEY, LENGTH);
    return NativeMemory.getLong(at + NEW_KEY);
  }

  @Override
  public void publicKey(byte[] out32) {
    if (!agree(BASE_POINT, out32)) {
      throw failure();
    }
  }

  @Override
  public boolean agree(byte[] publicKey, byte[] out32) {
    requireLength(publicKey);
    if (scratch == null) {
      throw new IllegalStateException("the key is closed");
    }
    long at = scratch.address();
    NativeMemory.copy(publicKey, 0, at + KEY, LENGTH);
    NativeMemory.putLong(at + RESULT_LENGTH, LENGTH);
    long point = lib.EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, 0, at + KEY, LENGTH);
    // Any 32 bytes are a public key: there is nothing to validate.
    boolean set = point != 0 && lib.EVP_PKEY_derive_set_peer_ex(context, point, 0) == 1;
    boolean agreed = set && lib.EVP_PKEY_derive(context, at + RESULT, at + RESULT_LENGTH) == 1;
    lib.EVP_PKEY_free(point);
    if (!set) {
      throw failure();
    }
    if (agreed) {
      NativeMemory.copy(at + RESULT, out32, 0, LENGTH);
      NativeMemory.clear(at + RESULT, LENGTH);
    } else {
      // With valid keys the only failure left: an all-zero shared secret.
      lib.ERR_clear_error();
      Arrays.fill(out32, (byte) 0);
    }
    return agreed;
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

  /** libcrypto zeroes the private key. */
  @Override
  public void close() {
    if (scratch != null) {
      lib.EVP_PKEY_CTX_free(context);
      lib.EVP_PKEY_free(key);
      scratch.close();
      scratch = null;
    }
  }
}
