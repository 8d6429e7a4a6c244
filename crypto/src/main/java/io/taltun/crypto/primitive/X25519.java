package io.taltun.crypto.primitive;

/**
 * An engine of the X25519 function (RFC 7748). All values are 32 bytes. Safe for several threads.
 */
public interface X25519 {
  /** "libcrypto", "jdk" or "bouncycastle". */
  String engine();

  /** Writes the public key of {@code privateKey}, which is clamped here if it is not. */
  void publicKey(byte[] privateKey, byte[] out32);

  /**
   * Writes the shared secret. The top bit of {@code publicKey} is ignored and values of p and above
   * are reduced (RFC 7748, section 5).
   *
   * @return false when the shared secret is all zero, which a low-order public key forces (section
   *     6.1); {@code out32} is all zero then
   */
  boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32);
}
