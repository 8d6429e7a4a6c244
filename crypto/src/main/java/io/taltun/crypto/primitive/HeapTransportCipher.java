package io.taltun.crypto.primitive;

import java.util.Arrays;

/**
 * The frame of transport ciphers whose engine works on the Java heap: packets are copied in and out
 * through two arrays that are kept.
 */
public abstract class HeapTransportCipher implements TransportCipher {
  private final byte[] nonce = new byte[Nonce.LENGTH];
  private byte[] source = {};
  private byte[] target = {};
  private boolean closed;

  /** For engines. */
  protected HeapTransportCipher() {}

  /** Reads {@code length} bytes from the start of {@code in}, writes {@code length} + 16. */
  protected abstract void seal(byte[] nonce12, byte[] in, int length, byte[] out);

  /**
   * Reads {@code length} ≥ 16 bytes from the start of {@code in}, writes {@code length} − 16.
   *
   * @return whether the tag matched
   */
  protected abstract boolean open(byte[] nonce12, byte[] in, int length, byte[] out);

  /** Erases the key. */
  protected abstract void erase();

  @Override
  public final void seal(long counter, long plaintext, int length, long ciphertext) {
    prepare(counter, length + TAG_LENGTH);
    NativeMemory.copy(plaintext, source, 0, length);
    seal(nonce, source, length, target);
    NativeMemory.copy(target, 0, ciphertext, length + TAG_LENGTH);
  }

  @Override
  public final boolean open(long counter, long ciphertext, int length, long plaintext) {
    prepare(counter, length);
    if (length < TAG_LENGTH) {
      return false;
    }
    NativeMemory.copy(ciphertext, source, 0, length);
    if (!open(nonce, source, length, target)) {
      return false;
    }
    NativeMemory.copy(target, 0, plaintext, length - TAG_LENGTH);
    return true;
  }

  private void prepare(long counter, int capacity) {
    if (closed) {
      throw new IllegalStateException("the cipher is closed");
    }
    if (source.length < capacity) {
      source = new byte[capacity];
      target = new byte[capacity];
    }
    Nonce.put(nonce, counter);
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      Arrays.fill(source, (byte) 0);
      Arrays.fill(target, (byte) 0);
      erase();
    }
  }
}
