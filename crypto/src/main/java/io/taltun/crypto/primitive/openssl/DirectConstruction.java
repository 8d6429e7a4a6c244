package io.taltun.crypto.primitive.openssl;

import io.taltun.crypto.primitive.AeadChoice;
import java.util.Optional;

/**
 * The construction past EVP, or the reason why it is not used here. It is looked up, linked and
 * tested when it is first wanted: commands that never seal a packet do not wait for it. Safe for
 * use by several threads.
 */
final class DirectConstruction {
  private final LibCrypto lib;
  private final long chacha20;
  private final long poly1305;
  private final Construction reference;

  // Written once, one of the two, under this object's lock.
  private Construction found;
  private String reason;

  /** {@code chacha20} and {@code poly1305} are what was fetched, or 0; the reference is not. */
  DirectConstruction(LibCrypto lib, long chacha20, long poly1305, Construction reference) {
    this.lib = lib;
    this.chacha20 = chacha20;
    this.poly1305 = poly1305;
    this.reference = reference;
  }

  /**
   * The construction.
   *
   * @throws UnsupportedOperationException when there is none; the message says why
   */
  synchronized Construction get() {
    if (found == null && reason == null) {
      find();
    }
    if (found == null) {
      throw new UnsupportedOperationException(reason);
    }
    return found;
  }

  /** The same without an exception. */
  Optional<Construction> ifAvailable() {
    try {
      return Optional.of(get());
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private void find() {
    try {
      Construction direct = link();
      if (SelfTest.passes(direct, reference)) {
        found = direct;
      } else {
        reason = "the provider's functions do not give the AEAD of RFC 8439";
      }
    } catch (UnsupportedOperationException | IllegalStateException e) {
      reason = e.getMessage();
    } catch (LinkageError e) {
      reason = "java.lang.foreign cannot link the provider's functions";
    }
    lib.ERR_clear_error();
  }

  private Construction link() {
    if (chacha20 == 0 || poly1305 == 0) {
      throw new UnsupportedOperationException("ChaCha20 or Poly1305 is missing by itself");
    }
    long cipherProvider = lib.EVP_CIPHER_get0_provider(chacha20);
    long macProvider = lib.EVP_MAC_get0_provider(poly1305);
    ProviderFunctions functions =
        new ProviderFunctions(
            ProviderAlgorithm.find(lib, cipherProvider, ProviderAlgorithm.CIPHER, OpenSsl.CHACHA20),
            ProviderAlgorithm.find(lib, macProvider, ProviderAlgorithm.MAC, OpenSsl.POLY1305));
    return new Construction(AeadChoice.DIRECT, key -> new DirectCipher(lib, functions, key));
  }
}
