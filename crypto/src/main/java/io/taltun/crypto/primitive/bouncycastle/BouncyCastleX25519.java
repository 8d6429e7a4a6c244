package io.taltun.crypto.primitive.bouncycastle;

import io.taltun.crypto.primitive.HeapX25519;

/** X25519 by BouncyCastle's RFC 7748 code, which clamps and masks itself. */
final class BouncyCastleX25519 extends HeapX25519 {
  @Override
  public String engine() {
    return BouncyCastle.NAME;
  }

  @Override
  public void publicKey(byte[] privateKey, byte[] out32) {
    org.bouncycastle.math.ec.rfc7748.X25519.generatePublicKey(privateKey, 0, out32, 0);
  }

  @Override
  public boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32) {
    return org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(
        privateKey, 0, publicKey, 0, out32, 0);
  }
}
