package io.taltun.crypto.primitive.jdk;

import io.taltun.crypto.primitive.HeapTransportCipher;
import io.taltun.crypto.primitive.NonceAead;
import io.taltun.crypto.primitive.TransportCipher;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * ChaCha20-Poly1305 by the JDK. Its key objects cannot be erased: copies of a key stay on the heap
 * until they are collected.
 */
final class JdkAead extends NonceAead {
  @Override
  public String engine() {
    return Jdk.NAME;
  }

  @Override
  public TransportCipher transportCipher(byte[] key32) {
    return new Transport(new SecretKeySpec(key32, "ChaCha20"));
  }

  @Override
  protected void sealWith(
      byte[] key32, byte[] nonce12, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    try {
      Cipher cipher = newCipher();
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key32, "ChaCha20"), new IvParameterSpec(nonce12));
      cipher.updateAAD(aad);
      cipher.doFinal(plaintext, 0, plaintext.length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's ChaCha20-Poly1305 failed to seal", e);
    }
  }

  @Override
  protected boolean openWith(
      byte[] key32,
      byte[] nonce12,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset) {
    try {
      Cipher cipher = newCipher();
      cipher.init(
          Cipher.DECRYPT_MODE, new SecretKeySpec(key32, "ChaCha20"), new IvParameterSpec(nonce12));
      cipher.updateAAD(aad);
      cipher.doFinal(in, inOffset, inLength, out, outOffset);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's ChaCha20-Poly1305 failed to open", e);
    }
  }

  private static Cipher newCipher() {
    try {
      return Cipher.getInstance("ChaCha20-Poly1305");
    } catch (GeneralSecurityException e) {
      throw new UnsupportedOperationException("this JDK has no ChaCha20-Poly1305", e);
    }
  }

  private static final class Transport extends HeapTransportCipher {
    private SecretKeySpec key;
    private Cipher cipher = newCipher();

    Transport(SecretKeySpec key) {
      this.key = key;
    }

    @Override
    protected void seal(byte[] nonce12, byte[] in, int length, byte[] out) {
      try {
        IvParameterSpec nonce = new IvParameterSpec(nonce12);
        try {
          cipher.init(Cipher.ENCRYPT_MODE, key, nonce);
        } catch (InvalidKeyException e) {
          // The JDK remembers the last nonce and refuses it; whether counters repeat is not our
          // business here, and the engines must behave alike.
          cipher = newCipher();
          cipher.init(Cipher.ENCRYPT_MODE, key, nonce);
        }
        cipher.doFinal(in, 0, length, out, 0);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the JDK's ChaCha20-Poly1305 failed to seal", e);
      }
    }

    @Override
    protected boolean open(byte[] nonce12, byte[] in, int length, byte[] out) {
      try {
        cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(nonce12));
        cipher.doFinal(in, 0, length, out, 0);
        return true;
      } catch (AEADBadTagException e) {
        return false;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the JDK's ChaCha20-Poly1305 failed to open", e);
      }
    }

    @Override
    protected void erase() {
      key = null;
      cipher = null;
    }
  }
}
