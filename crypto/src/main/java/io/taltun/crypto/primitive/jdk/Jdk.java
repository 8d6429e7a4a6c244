package io.taltun.crypto.primitive.jdk;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.X25519;

/** The engines of the JDK. */
public final class Jdk {
  /** What these engines call themselves. */
  public static final String NAME = "jdk";

  private Jdk() {}

  /** ChaCha20-Poly1305. */
  public static Aead aead() {
    return new JdkAead();
  }

  /** X25519. */
  public static X25519 x25519() {
    return new JdkX25519();
  }
}
