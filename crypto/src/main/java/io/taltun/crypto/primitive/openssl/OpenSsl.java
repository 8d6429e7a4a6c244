package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.X25519;
import jnr.ffi.LibraryLoader;

/**
 * The engines of libcrypto ≥ 3, or the reason why this machine has none. Immutable, safe for use by
 * several threads.
 */
public final class OpenSsl {
  /** What these engines call themselves. */
  public static final String NAME = "libcrypto";

  /**
   * The name of the ABI of OpenSSL 3; plain libcrypto.so may be 1.1, which lacks EVP_CIPHER_fetch.
   */
  private static final String SONAME = "libcrypto.so.3";

  private static final int MAJOR_SHIFT = 28;
  private static final int OLDEST_MAJOR = 3;

  /** openssl/crypto.h: OPENSSL_VERSION. */
  private static final int VERSION_TEXT = 0;

  private static final OpenSsl INSTALLED = load(SONAME);

  private final Aead aead;
  private final X25519 x25519;
  private final String note;

  private OpenSsl(Aead aead, X25519 x25519, String note) {
    this.aead = aead;
    this.x25519 = x25519;
    this.note = note;
  }

  /** What is on this machine; loaded once. */
  public static OpenSsl installed() {
    return INSTALLED;
  }

  static OpenSsl load(String name) {
    try {
      LibCrypto lib = LibraryLoader.create(LibCrypto.class).failImmediately().load(name);
      String version = lib.OpenSSL_version(VERSION_TEXT);
      if (lib.OpenSSL_version_num() >>> MAJOR_SHIFT < OLDEST_MAJOR) {
        return absent(version + " is older than 3.0");
      }
      long cipher = lib.EVP_CIPHER_fetch(0, "ChaCha20-Poly1305", 0);
      if (cipher == 0) {
        lib.ERR_clear_error();
        return absent(version + " offers no ChaCha20-Poly1305");
      }
      return new OpenSsl(new OpenSslAead(lib, cipher), new OpenSslX25519(lib), version);
    } catch (LinkageError e) {
      // The library or a function of it is missing, or jnr-ffi has no native part for this machine.
      return absent(name + " does not load");
    }
  }

  private static OpenSsl absent(String reason) {
    return new OpenSsl(null, null, reason);
  }

  /** Whether the engines can be used. */
  public boolean available() {
    return aead != null;
  }

  /** The library's version, or why it is not in use. */
  public String note() {
    return note;
  }

  /**
   * ChaCha20-Poly1305.
   *
   * @throws UnsupportedOperationException when not {@link #available}
   */
  public Aead aead() {
    requireAvailable();
    return aead;
  }

  /**
   * X25519.
   *
   * @throws UnsupportedOperationException when not {@link #available}
   */
  public X25519 x25519() {
    requireAvailable();
    return x25519;
  }

  private void requireAvailable() {
    if (!available()) {
      throw new UnsupportedOperationException("no libcrypto: " + note);
    }
  }
}
