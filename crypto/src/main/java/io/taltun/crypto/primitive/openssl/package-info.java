/**
 * ChaCha20-Poly1305 and X25519 of OpenSSL's libcrypto, version 3 or newer, called through jnr-ffi
 * and, past EVP, through java.lang.foreign.
 */
package io.taltun.crypto.primitive.openssl;
