package io.taltun.config;

/** How libcrypto's ChaCha20-Poly1305 is put together; the bytes are the same (RFC 8439). */
public enum AeadConstruction {
  /** The fastest one by what it measures at start. */
  AUTO,
  /** libcrypto's own AEAD. */
  FUSED,
  /** One ChaCha20 pass, then a Poly1305 MAC. */
  SPLIT,
  /** The same by the functions of libcrypto's provider, without EVP in front. */
  DIRECT;

  /** As the file has it. */
  @Override
  public String toString() {
    return Words.of(this);
  }
}
