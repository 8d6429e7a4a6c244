package io.taltun.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class X25519Test {
  private static final long SEED = 7748;
  private static final HexFormat HEX = HexFormat.of();
  private static final String ENGINES = "io.taltun.crypto.primitive.Engines#all";

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldComputeTheVectorsOfSection52OfRfc7748(Primitives primitives) {
    assertThat(
            agree(
                primitives,
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))
        .isEqualTo("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    assertThat(
            agree(
                primitives,
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))
        .isEqualTo("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldIterateAThousandTimesAsSection52OfRfc7748(Primitives primitives) {
    byte[] k = new byte[32];
    k[0] = 9;
    byte[] u = k.clone();
    for (int i = 1; i <= 1000; i++) {
      byte[] result = new byte[32];
      assertThat(primitives.x25519().agree(k, u, result)).isTrue();
      u = k;
      k = result;
      if (i == 1) {
        assertThat(HEX.formatHex(k))
            .isEqualTo("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
      }
    }
    assertThat(HEX.formatHex(k))
        .isEqualTo("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldExchangeKeysAsSection61OfRfc7748(Primitives primitives) {
    String alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    String bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    String alicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    String bobPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    byte[] out = new byte[32];
    primitives.x25519().publicKey(HEX.parseHex(alice), out);
    assertThat(HEX.formatHex(out)).isEqualTo(alicePublic);
    primitives.x25519().publicKey(HEX.parseHex(bob), out);
    assertThat(HEX.formatHex(out)).isEqualTo(bobPublic);
    String shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    assertThat(agree(primitives, alice, bobPublic)).isEqualTo(shared);
    assertThat(agree(primitives, bob, alicePublic)).isEqualTo(shared);
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldGiveTheSameWhenAKeyIsPreparedAndUsedOften(Primitives primitives) {
    Random random = new Random(SEED);
    byte[] scalar = new byte[32];
    random.nextBytes(scalar);
    byte[] once = new byte[32];
    byte[] again = new byte[32];
    try (X25519.PreparedKey key = primitives.x25519().prepare(scalar)) {
      for (int i = 0; i < 20; i++) {
        byte[] point = new byte[32];
        random.nextBytes(point);
        boolean agreed = primitives.x25519().agree(scalar, point, once);
        assertThat(key.agree(point, again)).isEqualTo(agreed);
        assertThat(again).as("seed %d", SEED).isEqualTo(once);
        assertThat(key.agree(new byte[32], again)).isFalse();
        assertThat(again).containsOnly(0);
        primitives.x25519().publicKey(scalar, once);
        key.publicKey(again);
        assertThat(again).isEqualTo(once);
      }
    }
  }

  /** Trap 22. */
  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSayFalseWhenThePointIsOfLowOrder(Primitives primitives) {
    byte[] scalar = new byte[32];
    new Random(SEED).nextBytes(scalar);
    for (String point :
        List.of(
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")) {
      byte[] out = new byte[32];
      out[0] = 1;
      assertThat(primitives.x25519().agree(scalar, HEX.parseHex(point), out)).isFalse();
      assertThat(out).as(point).containsOnly(0);
    }
  }

  @ParameterizedTest
  @MethodSource("io.taltun.crypto.primitive.Engines#names")
  void shouldPassWycheproof(String engine) {
    Primitives primitives = Engines.orSkip(engine);
    List<JsonNode> tests = Wycheproof.tests("x25519_test.json").toList();
    assertThat(tests).hasSizeGreaterThan(500);
    for (JsonNode test : tests) {
      byte[] shared = new byte[32];
      boolean agreed =
          primitives
              .x25519()
              .agree(Wycheproof.bytes(test, "private"), Wycheproof.bytes(test, "public"), shared);
      byte[] expected = Wycheproof.bytes(test, "shared");
      assertThat(shared).as("tcId %s", test.get("tcId")).isEqualTo(expected);
      assertThat(agreed)
          .as("tcId %s", test.get("tcId"))
          .isEqualTo(!HEX.formatHex(expected).matches("0*"));
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldAgreeWithBouncyCastleWhenKeysAreRandom(Primitives primitives) {
    Random random = new Random(SEED);
    X25519 other = Primitives.of("bouncycastle").x25519();
    for (int i = 0; i < 100; i++) {
      byte[] scalar = new byte[32];
      byte[] point = new byte[32];
      random.nextBytes(scalar);
      random.nextBytes(point);
      byte[] mine = new byte[32];
      byte[] theirs = new byte[32];
      boolean agreed = primitives.x25519().agree(scalar, point, mine);
      assertThat(agreed).isEqualTo(other.agree(scalar, point, theirs));
      assertThat(mine).as("seed %d", SEED).isEqualTo(theirs);
      primitives.x25519().publicKey(scalar, mine);
      other.publicKey(scalar, theirs);
      assertThat(mine).as("seed %d", SEED).isEqualTo(theirs);
    }
  }

  private static String agree(Primitives primitives, String scalar, String point) {
    byte[] out = new byte[32];
    primitives.x25519().agree(HEX.parseHex(scalar), HEX.parseHex(point), out);
    return HEX.formatHex(out);
  }
}
