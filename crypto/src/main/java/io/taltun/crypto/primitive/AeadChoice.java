package io.taltun.crypto.primitive;

import java.util.Locale;

/**
 * Which of libcrypto's constructions of ChaCha20-Poly1305 a gateway uses; the bytes are the same.
 */
public enum AeadChoice {
  /** The fastest one, as measured on this machine; the JDK's AEAD where there is no libcrypto. */
  AUTO,

  /** libcrypto's own AEAD: cipher and authenticator fused behind one EVP_CIPHER. */
  FUSED,

  /** One pass of ChaCha20, then Poly1305 over the result: two primitives, no partial blocks. */
  SPLIT,

  /** As SPLIT, by the functions of libcrypto's provider, without EVP in front. */
  DIRECT;

  /** "auto", "fused", "split" or "direct". */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
