package io.taltun.crypto.primitive.bouncycastle;

import io.taltun.crypto.primitive.TransportCipher;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/** One use of a ChaCha20-Poly1305 or XChaCha20-Poly1305 mode: key, nonce, seal or open. */
final class Modes {
  private Modes() {}

  /** Reads the first {@code length} bytes of {@code plaintext}, writes {@code length} + 16. */
  static void seal(
      ChaCha20Poly1305 mode,
      byte[] key,
      byte[] nonce,
      byte[] aad,
      byte[] plaintext,
      int length,
      byte[] out,
      int outOffset) {
    mode.init(true, new ParametersWithIV(new KeyParameter(key), nonce));
    mode.processAADBytes(aad, 0, aad.length);
    int written = mode.processBytes(plaintext, 0, length, out, outOffset);
    try {
      mode.doFinal(out, outOffset + written);
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("sealing verifies nothing", e);
    }
  }

  /** Leaves {@code out} alone unless the tag matches. */
  static boolean open(
      ChaCha20Poly1305 mode,
      byte[] key,
      byte[] nonce,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset) {
    if (inLength < TransportCipher.TAG_LENGTH) {
      return false;
    }
    mode.init(false, new ParametersWithIV(new KeyParameter(key), nonce));
    mode.processAADBytes(aad, 0, aad.length);
    // The mode gives out plaintext before it has seen the tag: keep that here.
    byte[] plaintext = new byte[inLength - TransportCipher.TAG_LENGTH];
    try {
      int written = mode.processBytes(in, inOffset, inLength, plaintext, 0);
      mode.doFinal(plaintext, written);
    } catch (InvalidCipherTextException e) {
      Arrays.fill(plaintext, (byte) 0);
      return false;
    }
    System.arraycopy(plaintext, 0, out, outOffset, plaintext.length);
    Arrays.fill(plaintext, (byte) 0);
    return true;
  }
}
