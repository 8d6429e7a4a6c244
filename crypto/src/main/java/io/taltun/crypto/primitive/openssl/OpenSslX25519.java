package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.X25519;

/** X25519 by libcrypto's EVP_PKEY. */
final class OpenSslX25519 implements X25519 {
  private final LibCrypto lib;

  OpenSslX25519(LibCrypto lib) {
    this.lib = lib;
  }

  @Override
  public String engine() {
    return OpenSsl.NAME;
  }

  @Override
  public PreparedKey prepare(byte[] privateKey) {
    return new OpenSslPreparedKey(lib, privateKey);
  }
}
