package io.taltun.crypto.primitive;

/**
 * An engine of the X25519 function (RFC 7748). All values are 32 bytes. Safe for several threads.
 */
public interface X25519 {
  /** "libcrypto", "jdk" or "bouncycastle". */
  String engine();

  /** Makes a private key, which is clamped here if it is not, ready for several multiplications. */
  PreparedKey prepare(byte[] privateKey);

  /** Writes the public key of {@code privateKey}. */
  default void publicKey(byte[] privateKey, byte[] out32) {
    try (PreparedKey key = prepare(privateKey)) {
      key.publicKey(out32);
    }
  }

  /** {@link PreparedKey#agree} of a key that is used once. */
  default boolean agree(byte[] privateKey, byte[] publicKey, byte[] out32) {
    try (PreparedKey key = prepare(privateKey)) {
      return key.agree(publicKey, out32);
    }
  }

  /** A copy of a private key. Used by one thread at a time; the owner closes it. */
  interface PreparedKey extends AutoCloseable {
    /** Writes the public key. */
    void publicKey(byte[] out32);

    /**
     * Writes the shared secret. The top bit of {@code publicKey} is ignored and values of p and
     * above are reduced (RFC 7748, section 5).
     *
     * @return false when the shared secret is all zero, which a low-order public key forces
     *     (section 6.1); {@code out32} is all zero then
     */
    boolean agree(byte[] publicKey, byte[] out32);

    /** Erases the key; a second call does nothing. */
    @Override
    void close();
  }
}
