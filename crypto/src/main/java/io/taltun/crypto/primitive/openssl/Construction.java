package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.AeadChoice;
import java.util.function.Function;

/**
 * A way to make ChaCha20-Poly1305 out of what libcrypto offers. Safe for use by several threads.
 *
 * @param choice what chooses it, never AUTO
 * @param ciphers gives a cipher under a 32-byte key, owned by the caller; copies the key
 */
record Construction(AeadChoice choice, Function<byte[], OpenSslCipher> ciphers) {
  OpenSslCipher cipher(byte[] key32) {
    return ciphers.apply(key32);
  }
}
