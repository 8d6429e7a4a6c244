package io.taltun.crypto.primitive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AeadTest {
  private static final long SEED = 8439;
  private static final HexFormat HEX = HexFormat.of();
  private static final String ENGINES = "io.taltun.crypto.primitive.Engines#all";

  private static final byte[] SUNSCREEN =
      ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the"
              + " future, sunscreen would be it.")
          .getBytes(US_ASCII);
  private static final byte[] SUNSCREEN_KEY =
      HEX.parseHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  private static final byte[] SUNSCREEN_AAD = HEX.parseHex("50515253c0c1c2c3c4c5c6c7");

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSealAsSection282OfRfc8439(Primitives primitives) {
    byte[] out = new byte[SUNSCREEN.length + 16];
    ((NonceAead) primitives.aead())
        .sealChecked(
            SUNSCREEN_KEY,
            HEX.parseHex("070000004041424344454647"),
            SUNSCREEN_AAD,
            SUNSCREEN,
            out,
            0);
    assertThat(HEX.formatHex(out))
        .isEqualTo(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                + "3ff4def08e4b7a9de576d26586cec64b6116"
                + "1ae10b594f09e26a7e902ecbd0600691");
  }

  /** The one published vector whose nonce begins with four zero bytes, as all of ours do. */
  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldOpenAsAppendixA5OfRfc8439(Primitives primitives) {
    byte[] encrypted =
        HEX.parseHex(
            "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
                + "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
                + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
                + "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
                + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
                + "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
                + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
                + "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
                + "a6ad5cb4022b02709b"
                + "eead9d67890cbb22392336fea1851f38");
    byte[] out = new byte[encrypted.length - 16];
    assertThat(
            primitives
                .aead()
                .open(
                    HEX.parseHex(
                        "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"),
                    0x0807060504030201L,
                    HEX.parseHex("f33388860000000000004e91"),
                    encrypted,
                    0,
                    encrypted.length,
                    out,
                    0))
        .isTrue();
    assertThat(new String(out, UTF_8))
        .startsWith("Internet-Drafts are draft documents valid for a maximum of six months")
        .contains("work in progress");
  }

  /** Appendix A.3.1; the appendix that holds HChaCha20 too. */
  @Test
  void shouldSealAsTheXchachaDraft() {
    byte[] out = new byte[SUNSCREEN.length + 16];
    Primitives.best()
        .xchacha20Poly1305()
        .seal(
            SUNSCREEN_KEY,
            HEX.parseHex("404142434445464748494a4b4c4d4e4f5051525354555657"),
            SUNSCREEN_AAD,
            SUNSCREEN,
            out,
            0);
    assertThat(HEX.formatHex(out))
        .isEqualTo(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                + "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                + "21f9664c97637da9768812f615c68b13b52e"
                + "c0875924c1c7987947deafd8780acf49");
  }

  @ParameterizedTest
  @MethodSource("io.taltun.crypto.primitive.Engines#names")
  void shouldPassWycheproof(String engine) {
    NonceAead aead = (NonceAead) Engines.orSkip(engine).aead();
    List<JsonNode> tests = Wycheproof.tests("chacha20_poly1305_test.json").toList();
    assertThat(tests).hasSizeGreaterThan(300);
    for (JsonNode test : tests) {
      byte[] key = Wycheproof.bytes(test, "key");
      byte[] iv = Wycheproof.bytes(test, "iv");
      byte[] aad = Wycheproof.bytes(test, "aad");
      check(
          test,
          Nonce.LENGTH,
          (message, out) -> aead.sealChecked(key, iv, aad, message, out, 0),
          (encrypted, out) ->
              aead.openChecked(key, iv, aad, encrypted, 0, encrypted.length, out, 0));
    }
  }

  @Test
  void shouldPassWycheproofWhenItIsXchacha() {
    XChaCha20Poly1305 aead = Primitives.best().xchacha20Poly1305();
    List<JsonNode> tests = Wycheproof.tests("xchacha20_poly1305_test.json").toList();
    assertThat(tests).hasSizeGreaterThan(300);
    for (JsonNode test : tests) {
      byte[] key = Wycheproof.bytes(test, "key");
      byte[] iv = Wycheproof.bytes(test, "iv");
      byte[] aad = Wycheproof.bytes(test, "aad");
      check(
          test,
          XChaCha20Poly1305.NONCE_LENGTH,
          (message, out) -> aead.seal(key, iv, aad, message, out, 0),
          (encrypted, out) -> aead.open(key, iv, aad, encrypted, 0, encrypted.length, out, 0));
    }
  }

  private interface Seal {
    void seal(byte[] message, byte[] out);
  }

  private interface Open {
    boolean open(byte[] encrypted, byte[] out);
  }

  private static void check(JsonNode test, int nonceLength, Seal seal, Open open) {
    String id = "tcId " + test.get("tcId");
    byte[] message = Wycheproof.bytes(test, "msg");
    byte[] encrypted = HEX.parseHex(test.get("ct").asText() + test.get("tag").asText());
    byte[] out = new byte[message.length + 16];
    byte[] plaintext = new byte[message.length];
    if (test.get("iv").asText().length() != 2 * nonceLength) {
      assertThatThrownBy(() -> seal.seal(message, out))
          .as(id)
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> open.open(encrypted, plaintext))
          .as(id)
          .isInstanceOf(IllegalArgumentException.class);
      return;
    }
    assertThat(open.open(encrypted, plaintext)).as(id).isEqualTo(Wycheproof.valid(test));
    if (Wycheproof.valid(test)) {
      assertThat(plaintext).as(id).isEqualTo(message);
      seal.seal(message, out);
      assertThat(out).as(id).isEqualTo(encrypted);
    } else {
      assertThat(plaintext).as(id).isEqualTo(new byte[message.length]);
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldAgreeWithBouncyCastleWhenInputsAreRandom(Primitives primitives) {
    Random random = new Random(SEED);
    Aead mine = primitives.aead();
    Aead other = Primitives.of("bouncycastle").aead();
    for (int i = 0; i < 300; i++) {
      byte[] key = bytes(random, 32);
      byte[] aad = bytes(random, random.nextInt(40));
      byte[] plaintext = bytes(random, random.nextInt(200));
      int offset = random.nextInt(8);
      long counter = random.nextLong();
      byte[] expected = new byte[offset + plaintext.length + 16];
      byte[] encrypted = new byte[expected.length];
      other.seal(key, counter, aad, plaintext, expected, offset);
      mine.seal(key, counter, aad, plaintext, encrypted, offset);
      assertThat(encrypted).as("seed %d", SEED).isEqualTo(expected);

      byte[] opened = new byte[plaintext.length + 3];
      int length = plaintext.length + 16;
      assertThat(mine.open(key, counter, aad, encrypted, offset, length, opened, 3)).isTrue();
      assertThat(Arrays.copyOfRange(opened, 3, opened.length)).isEqualTo(plaintext);
      assertThat(mine.open(key, counter + 1, aad, encrypted, offset, length, opened, 3)).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSayFalseWhenShorterThanATag(Primitives primitives) {
    for (int length = 0; length < 16; length++) {
      assertThat(
              primitives
                  .aead()
                  .open(new byte[32], 0, new byte[0], new byte[16], 0, length, new byte[0], 0))
          .isFalse();
      assertThat(
              primitives
                  .xchacha20Poly1305()
                  .open(
                      new byte[32],
                      new byte[24],
                      new byte[0],
                      new byte[16],
                      0,
                      length,
                      new byte[0],
                      0))
          .isFalse();
    }
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
