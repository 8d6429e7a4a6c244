package io.taltun.crypto.primitive.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.AeadChoice;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FastestConstructionTest {
  private LibCrypto lib;
  private long chacha20;
  private long poly1305;
  private Construction fused;
  private Construction split;

  /** Made so far, of both. */
  private int ciphers;

  @BeforeEach
  void load() {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    lib = LibraryLoader.create(LibCrypto.class).load("libcrypto.so.3");
    long aead = lib.EVP_CIPHER_fetch(0, "ChaCha20-Poly1305", 0);
    chacha20 = lib.EVP_CIPHER_fetch(0, "ChaCha20", 0);
    poly1305 = lib.EVP_MAC_fetch(0, "POLY1305", 0);
    fused = new Construction(AeadChoice.FUSED, key -> counted(new FusedCipher(lib, aead, key)));
    split =
        new Construction(
            AeadChoice.SPLIT, key -> counted(new EvpSplitCipher(lib, chacha20, poly1305, key)));
  }

  @Test
  void shouldBeDirectWhenSplitIsFasterAndDirectIsThere() {
    DirectConstruction direct = new DirectConstruction(lib, chacha20, poly1305, fused);
    assumeTrue(direct.ifAvailable().isPresent());
    FastestConstruction fastest = new FastestConstruction(failing(fused), split, direct);
    assertThat(fastest.get()).isSameAs(direct.get());
  }

  @Test
  void shouldBeSplitWhenItIsFasterAndDirectIsNotThere() {
    FastestConstruction fastest = new FastestConstruction(failing(fused), split, absent());
    assertThat(fastest.get()).isSameAs(split);
  }

  @Test
  void shouldBeFusedAndLinkNothingWhenItIsFaster() {
    DirectConstruction unwanted = new DirectConstruction(null, chacha20, poly1305, fused);
    FastestConstruction fastest = new FastestConstruction(fused, failing(split), unwanted);
    assertThat(fastest.get()).isSameAs(fused);
  }

  @Test
  void shouldTryOnlyOnceAndOnlyWhenAsked() {
    FastestConstruction fastest = new FastestConstruction(fused, split, absent());
    assertThat(ciphers).isZero();
    Construction chosen = fastest.get();
    assertThat(ciphers).isEqualTo(2);
    assertThat(fastest.get()).isSameAs(chosen);
    assertThat(ciphers).isEqualTo(2);
  }

  private OpenSslCipher counted(OpenSslCipher cipher) {
    ciphers++;
    return cipher;
  }

  private DirectConstruction absent() {
    return new DirectConstruction(lib, 0, 0, fused);
  }

  private Construction failing(Construction choice) {
    return new Construction(choice.choice(), key -> new Failing(lib, key));
  }
}
