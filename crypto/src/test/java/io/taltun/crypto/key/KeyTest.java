package io.taltun.crypto.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.taltun.crypto.primitive.Primitives;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTest {
  private static final long SEED = 32;

  /** RFC 7748, section 6.1: Alice's keys. */
  private static final String PRIVATE = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=";

  private static final String CLAMPED = "cAdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LGo=";
  private static final String PUBLIC = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

  private final Random random = new Random(SEED);

  @Test
  void shouldClampAPrivateKey() {
    PrivateKey key = PrivateKey.ofBase64(PRIVATE);
    assertThat(key.toBase64()).isEqualTo(CLAMPED);
    assertThat(key).isEqualTo(PrivateKey.ofBase64(CLAMPED));
    byte[] bytes = PrivateKey.generate(random).copyBytes();
    assertThat(bytes[0] & 7).isZero();
    assertThat(bytes[31] & 0xc0).isEqualTo(0x40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdk", "bouncycastle"})
  void shouldComputeThePublicKey(String engine) {
    assertThat(PrivateKey.ofBase64(PRIVATE).publicKey(Primitives.of(engine).x25519()))
        .isEqualTo(PublicKey.ofBase64(PUBLIC));
  }

  @Test
  void shouldCopyWhatItIsGivenAndWhatItGives() {
    byte[] raw = new byte[32];
    random.nextBytes(raw);
    PublicKey key = PublicKey.of(raw);
    String before = key.toBase64();
    Arrays.fill(raw, (byte) 0);
    Arrays.fill(key.copyBytes(), (byte) 0);
    assertThat(key.toBase64()).isEqualTo(before);
    assertThat(key)
        .isEqualTo(PublicKey.ofBase64(before))
        .hasSameHashCodeAs(PublicKey.ofBase64(before));
    assertThat(key).isNotEqualTo(PublicKey.ofBase64(PUBLIC));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo",
        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCp=",
        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo= ",
        " wdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=",
        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LC==",
        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCoA",
        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25L-_=",
        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25Lé8="
      })
  void shouldRefuseTextWithoutRepeatingItWhenItIsNoKey(String text) {
    List<Function<String, Object>> readers =
        List.of(PrivateKey::ofBase64, PublicKey::ofBase64, PresharedKey::ofBase64);
    for (Function<String, Object> reader : readers) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reader.apply(text))
          .withNoCause()
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("dwdt").doesNotContain("é"));
    }
  }

  @Test
  void shouldRefuseBytesWhenTheyAreNot32() {
    List<Function<byte[], Object>> makers =
        List.of(PrivateKey::of, PublicKey::of, PresharedKey::of);
    for (Function<byte[], Object> maker : makers) {
      for (int length : new int[] {0, 31, 33}) {
        assertThatIllegalArgumentException().isThrownBy(() -> maker.apply(new byte[length]));
      }
    }
  }

  @Test
  void shouldShowNoSecretInItsText() {
    assertThat(PrivateKey.ofBase64(PRIVATE)).hasToString("PrivateKey[redacted]");
    assertThat(PresharedKey.ofBase64(PRIVATE)).hasToString("PresharedKey[redacted]");
    assertThat(PresharedKey.none()).hasToString("PresharedKey[none]");
    assertThat(PublicKey.ofBase64(PUBLIC)).hasToString("hSDwCYkw…");
    assertThat(TransportKeys.of(1, 2, true, new byte[32], new byte[32]))
        .hasToString("TransportKeys[local=00000001 remote=00000002]");
  }

  @Test
  void shouldThrowWhenASecretIsUsedAfterClose() {
    PrivateKey key = PrivateKey.generate(random);
    PrivateKey same = PrivateKey.of(key.copyBytes());
    assertThat(key).isEqualTo(same).hasSameHashCodeAs(same);
    key.close();
    key.close();
    assertThatIllegalStateException().isThrownBy(key::copyBytes);
    assertThatIllegalStateException().isThrownBy(key::toBase64);
    assertThat(key).isNotEqualTo(same);

    PresharedKey psk = PresharedKey.generate(random);
    psk.close();
    assertThatIllegalStateException().isThrownBy(psk::copyBytes);

    TransportKeys keys = TransportKeys.of(1, 2, true, new byte[32], new byte[32]);
    keys.close();
    assertThatIllegalStateException().isThrownBy(() -> keys.sealer(Primitives.of("jdk").aead()));
    assertThatIllegalStateException().isThrownBy(() -> keys.opener(Primitives.of("jdk").aead()));
  }

  @Test
  void shouldTellNoPresharedKeyFromOne() {
    assertThat(PresharedKey.none().isNone()).isTrue();
    assertThat(PresharedKey.of(new byte[32]).isNone()).isTrue();
    assertThat(PresharedKey.none()).isEqualTo(PresharedKey.none());
    assertThat(PresharedKey.ofBase64(PRIVATE).isNone()).isFalse();
    assertThat(PresharedKey.ofBase64(PRIVATE).toBase64()).isEqualTo(PRIVATE);
  }
}
