package io.taltun.crypto.primitive.jdk;

import io.taltun.crypto.primitive.HeapX25519;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/** X25519 by the JDK's SunEC provider. */
final class JdkX25519 extends HeapX25519 {
  private static final int LENGTH = 32;

  /** RFC 7748, section 4.1: the u-coordinate of the base point. */
  private static final byte[] BASE_POINT = new byte[LENGTH];

  static {
    BASE_POINT[0] = 9;
  }

  @Override
  public String engine() {
    return Jdk.NAME;
  }

  @Override
  public void publicKey(byte[] privateKey, byte[] out32) {
    agree(privateKey, BASE_POINT, out32);
  }

  @Override
  public boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32) {
    try {
      KeyFactory factory = KeyFactory.getInstance("X25519");
      PrivateKey scalar =
          factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey));
      PublicKey point =
          factory.generatePublic(
              new XECPublicKeySpec(NamedParameterSpec.X25519, uCoordinate(publicKey)));
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(scalar);
      try {
        agreement.doPhase(point, true);
      } catch (InvalidKeyException e) {
        // The JDK's word for a point of small order, whose shared secret is all zero.
        Arrays.fill(out32, (byte) 0);
        return false;
      }
      agreement.generateSecret(out32, 0);
      return true;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's X25519 failed", e);
    }
  }

  /** RFC 7748, section 5, decodeUCoordinate: little-endian, top bit masked. */
  private static BigInteger uCoordinate(byte[] publicKey) {
    byte[] bigEndian = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bigEndian[i] = publicKey[LENGTH - 1 - i];
    }
    bigEndian[0] &= 127;
    return new BigInteger(1, bigEndian);
  }
}
