package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.AeadChoice;
import io.taltun.crypto.primitive.Blake2s;
import io.taltun.crypto.primitive.X25519;
import java.util.Optional;
import jnr.ffi.LibraryLoader;

/**
 * The engines of libcrypto ≥ 3, or the reason why this machine has none. Immutable, safe for use by
 * several threads.
 */
public final class OpenSsl {
  /** What these engines call themselves; the AEAD adds a slash and its construction. */
  public static final String NAME = "libcrypto";

  /** As libcrypto and its provider name them. */
  static final String CHACHA20 = "ChaCha20";

  static final String POLY1305 = "POLY1305";

  /**
   * The name of the ABI of OpenSSL 3; plain libcrypto.so may be 1.1, which lacks EVP_CIPHER_fetch.
   */
  private static final String SONAME = "libcrypto.so.3";

  private static final int MAJOR_SHIFT = 28;
  private static final int OLDEST_MAJOR = 3;

  /** openssl/crypto.h: OPENSSL_VERSION. */
  private static final int VERSION_TEXT = 0;

  private static final OpenSsl INSTALLED = load(SONAME);

  /** Null, as the other engines are, when there is no library. */
  private final Aead fused;

  /** Null also when the library lacks one of the two primitives. */
  private final Aead split;

  private final DirectConstruction direct;
  private final Aead fastest;
  private final LibCrypto lib;
  private final X25519 x25519;

  /** Null also when the library lacks it. */
  private final Blake2s blake2s;

  private final String note;

  private OpenSsl(String reason) {
    this.fused = null;
    this.split = null;
    this.direct = null;
    this.fastest = null;
    this.lib = null;
    this.x25519 = null;
    this.blake2s = null;
    this.note = reason;
  }

  /** {@code split} and {@code blake2s} may be null. */
  private OpenSsl(
      LibCrypto lib,
      Construction fused,
      Construction split,
      DirectConstruction direct,
      Blake2s blake2s,
      String version) {
    this.fused = new OpenSslAead(lib, () -> fused);
    this.split = split == null ? null : new OpenSslAead(lib, () -> split);
    this.direct = direct;
    this.fastest =
        split == null
            ? this.fused
            : new OpenSslAead(lib, new FastestConstruction(fused, split, direct));
    this.lib = lib;
    this.x25519 = new OpenSslX25519(lib);
    this.blake2s = blake2s;
    this.note = version;
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
        return new OpenSsl(version + " is older than 3.0");
      }
      return with(lib, version);
    } catch (LinkageError e) {
      // The library or a function of it is missing, or jnr-ffi has no native part for this machine.
      return new OpenSsl(name + " does not load");
    }
  }

  /** Fetched once and never freed: they live as long as the process. */
  static OpenSsl with(LibCrypto lib, String version) {
    long aead = lib.EVP_CIPHER_fetch(0, "ChaCha20-Poly1305", 0);
    long chacha20 = lib.EVP_CIPHER_fetch(0, CHACHA20, 0);
    long poly1305 = lib.EVP_MAC_fetch(0, POLY1305, 0);
    long digest = lib.EVP_MD_fetch(0, OpenSslBlake2s.DIGEST, 0);
    long mac = lib.EVP_MAC_fetch(0, OpenSslBlake2s.MAC, 0);
    lib.ERR_clear_error();
    if (aead == 0) {
      return new OpenSsl(version + " offers no ChaCha20-Poly1305");
    }
    Construction fused = new Construction(AeadChoice.FUSED, key -> new FusedCipher(lib, aead, key));
    Construction split =
        chacha20 == 0 || poly1305 == 0
            ? null
            : new Construction(
                AeadChoice.SPLIT, key -> new EvpSplitCipher(lib, chacha20, poly1305, key));
    DirectConstruction direct = new DirectConstruction(lib, chacha20, poly1305, fused);
    Blake2s blake2s = digest == 0 || mac == 0 ? null : new OpenSslBlake2s(lib, digest, mac);
    return new OpenSsl(lib, fused, split, direct, blake2s, version);
  }

  /** Whether the engines can be used. */
  public boolean available() {
    return fused != null;
  }

  /** The library's version, or why it is not in use. */
  public String note() {
    return note;
  }

  /**
   * ChaCha20-Poly1305. AUTO measures when it is first used or asked for its name, and DIRECT links
   * when it is first asked for, which takes some ms: not on the packet path. AUTO is FUSED without
   * ChaCha20 or Poly1305, and DIRECT where SPLIT is faster than FUSED.
   *
   * @throws UnsupportedOperationException when not {@link #available}, or when the library cannot
   *     do what is chosen; the message says why
   */
  public Aead aead(AeadChoice choice) {
    requireAvailable();
    return switch (choice) {
      case AUTO -> fastest;
      case FUSED -> fused;
      case SPLIT -> {
        if (split == null) {
          throw new UnsupportedOperationException(
              "no split ChaCha20-Poly1305: " + note + " lacks ChaCha20 or Poly1305 by itself");
        }
        yield split;
      }
      case DIRECT -> directAead();
    };
  }

  private Aead directAead() {
    try {
      Construction construction = direct.get();
      return new OpenSslAead(lib, () -> construction);
    } catch (UnsupportedOperationException e) {
      throw new UnsupportedOperationException(
          "no direct ChaCha20-Poly1305: " + note + ": " + e.getMessage(), e);
    }
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

  /** BLAKE2s, if the library has it. */
  public Optional<Blake2s> blake2s() {
    return Optional.ofNullable(blake2s);
  }

  private void requireAvailable() {
    if (!available()) {
      throw new UnsupportedOperationException("no libcrypto: " + note);
    }
  }
}
