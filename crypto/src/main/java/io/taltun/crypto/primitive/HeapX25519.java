package io.taltun.crypto.primitive;

import java.util.Arrays;

/** An {@link X25519} that has nothing to prepare. Engines extend it. */
public abstract class HeapX25519 implements X25519 {
  /** For engines. */
  protected HeapX25519() {}

  @Override
  public abstract void publicKey(byte[] privateKey, byte[] out32);

  @Override
  public abstract boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32);

  @Override
  public final PreparedKey prepare(byte[] privateKey) {
    byte[] scalar = privateKey.clone();
    return new PreparedKey() {
      @Override
      public void publicKey(byte[] out32) {
        HeapX25519.this.publicKey(scalar, out32);
      }

      @Override
      public boolean agree(byte[] publicKey, byte[] out32) {
        return HeapX25519.this.agree(scalar, publicKey, out32);
      }

      @Override
      public void close() {
        Arrays.fill(scalar, (byte) 0);
      }
    };
  }
}
