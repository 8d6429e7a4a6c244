package io.taltun.crypto.primitive.openssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.AeadChoice;
import java.util.List;
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
    Construction broken = new Construction(AeadChoice.SPLIT, key -> new Broken(lib, key));
    assertThat(SpeedTrial.fastest(List.of(fused, broken))).isSameAs(fused);
    assertThat(SpeedTrial.fastest(List.of(broken, fused, broken))).isSameAs(fused);
  }

  @Test
  void shouldMeasureNothingWhenThereIsNoChoice() {
    Construction unusable =
        new Construction(
            AeadChoice.FUSED,
            key -> {
              throw new IllegalStateException();
            });
    assertThat(SpeedTrial.fastest(List.of(unusable))).isSameAs(unusable);
  }

  @Test
  void shouldTryOnlyOnceAndOnlyWhenAsked() {
    int[] ciphers = new int[1];
    Construction counted =
        new Construction(
            AeadChoice.FUSED,
            key -> {
              ciphers[0]++;
              return fused.cipher(key);
            });
    FastestConstruction fastest = new FastestConstruction(() -> List.of(counted, counted, counted));
    assertThat(ciphers[0]).isZero();
    assertThat(fastest.get()).isSameAs(counted);
    assertThat(fastest.get()).isSameAs(counted);
    assertThat(ciphers[0]).isEqualTo(3);
  }

  /** Fails in no time at all. */
  private static final class Broken extends OpenSslCipher {
    Broken(LibCrypto lib, byte[] key32) {
      super(lib, key32, 0);
    }

    @Override
    boolean seal(long aad, int aadLength, long plaintext, int length, long ciphertext) {
      return false;
    }

    @Override
    boolean open(long aad, int aadLength, long ciphertext, int length, long plaintext) {
      return false;
    }

    @Override
    boolean makeCalls(long in, int length, long out) {
      return false;
    }
  }
}
