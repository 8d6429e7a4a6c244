package io.taltun.crypto.primitive.bouncycastle;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Blake2s;
import io.taltun.crypto.primitive.X25519;
import io.taltun.crypto.primitive.XChaCha20Poly1305;

/** The engines of BouncyCastle. */
public final class BouncyCastle {
  /** What these engines call themselves. */
  public static final String NAME = "bouncycastle";

  private BouncyCastle() {}

  /** ChaCha20-Poly1305. */
  public static Aead aead() {
    return new BouncyCastleAead();
  }

  /** X25519. */
  public static X25519 x25519() {
    return new BouncyCastleX25519();
  }

  /** BLAKE2s. */
  public static Blake2s blake2s() {
    return new BouncyCastleBlake2s();
  }

  /** XChaCha20-Poly1305. */
  public static XChaCha20Poly1305 xchacha20Poly1305() {
    return new BouncyCastleXChaCha20Poly1305();
  }
}
