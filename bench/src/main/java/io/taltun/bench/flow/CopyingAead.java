package io.taltun.bench.flow;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;

/**
 * No cipher: it moves the bytes as one does and trusts every tag. What a packet costs with it is
 * Taltun's own part.
 */
final class CopyingAead implements Aead {
  static final String NAME = "none";

  @Override
  public String engine() {
    return NAME;
  }

  @Override
  public TransportCipher transportCipher(byte[] key32) {
    return new Copy();
  }

  @Override
  public void seal(
      byte[] key32, long counter, byte[] aad, byte[] plaintext, byte[] out, int outOffset) {
    throw new UnsupportedOperationException("there is no handshake here");
  }

  @Override
  public boolean open(
      byte[] key32,
      long counter,
      byte[] aad,
      byte[] in,
      int inOffset,
      int inLength,
      byte[] out,
      int outOffset) {
    throw new UnsupportedOperationException("there is no handshake here");
  }

  private static final class Copy implements TransportCipher {
    @Override
    public void seal(long counter, long plaintext, int length, long ciphertext) {
      NativeMemory.copy(plaintext, ciphertext, length);
    }

    @Override
    public boolean open(long counter, long ciphertext, int length, long plaintext) {
      if (length < TAG_LENGTH) {
        return false;
      }
      NativeMemory.copy(ciphertext, plaintext, length - TAG_LENGTH);
      return true;
    }

    @Override
    public void close() {}
  }
}
