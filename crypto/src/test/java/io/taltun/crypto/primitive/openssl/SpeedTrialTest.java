package io.taltun.crypto.primitive.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.AeadChoice;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpeedTrialTest {
  private LibCrypto lib;
  private Construction fused;

  @BeforeEach
  void load() {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    lib = LibraryLoader.create(LibCrypto.class).load("libcrypto.so.3");
    long cipher = lib.EVP_CIPHER_fetch(0, "ChaCha20-Poly1305", 0);
    fused = new Construction(AeadChoice.FUSED, key -> new FusedCipher(lib, cipher, key));
  }

  @Test
  void shouldNotChooseAConstructionWhenItFails() {
    Construction failing = new Construction(AeadChoice.SPLIT, key -> new Failing(lib, key));
    assertThat(SpeedTrial.faster(fused, failing)).isSameAs(fused);
    assertThat(SpeedTrial.faster(failing, fused)).isSameAs(fused);
  }
}
