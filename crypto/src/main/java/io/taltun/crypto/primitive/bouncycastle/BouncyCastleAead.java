package io.taltun.crypto.primitive.bouncycastle;

import io.taltun.crypto.primitive.HeapTransportCipher;
import io.taltun.crypto.primitive.NonceAead;
import io.taltun.crypto.primitive.TransportCipher;
import java.util.Arrays;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;

/** ChaCha20-Poly1305 by BouncyCastle. */
final class BouncyCastleAead extends NonceAead {
  private static final byte[] NO_AAD = {};

  @Override
  public String engine() {
    return BouncyCastle.NAME;
  }

  @Override
  public TransportCipher transportCipher(byte[] key32) {
    return new Transport(key32.clone());
  }

  @Override
  protected void sealWith(
      byte[] key32, byte[] nonce12, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    // A new mode for each use: one that has sealed refuses to be given the same nonce again.
    Modes.seal(
        new ChaCha20Poly1305(), key32, nonce12, aad, plaintext, plaintext.length, out, outOffset);
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
    return Modes.open(
        new ChaCha20Poly1305(), key32, nonce12, aad, in, inOffset, inLength, out, outOffset);
  }

  private static final class Transport extends HeapTransportCipher {
    private final byte[] key;

    Transport(byte[] key) {
      this.key = key;
    }

    @Override
    protected void seal(byte[] nonce12, byte[] in, int length, byte[] out) {
      Modes.seal(new ChaCha20Poly1305(), key, nonce12, NO_AAD, in, length, out, 0);
    }

    @Override
    protected boolean open(byte[] nonce12, byte[] in, int length, byte[] out) {
      return Modes.open(new ChaCha20Poly1305(), key, nonce12, NO_AAD, in, 0, length, out, 0);
    }

    @Override
    protected void erase() {
      Arrays.fill(key, (byte) 0);
    }
  }
}
