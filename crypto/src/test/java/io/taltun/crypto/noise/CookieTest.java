package io.taltun.crypto.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.Rfc7693;
import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.Response;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTest {
  private static final long SEED = 547;
  private static final int INDEX = 0x0a0b0c0d;

  /** Close to the wrap of the clock's values: only differences may count. */
  private static final long START_NS = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(60);

  private static final long LIFE_NS = TimeUnit.SECONDS.toNanos(120);
  private static final long COOKIE_LIFE_NS = TimeUnit.SECONDS.toNanos(115);

  private final Random random = new Random(SEED);
  private final Primitives primitives = Primitives.best();
  private final PublicKey responder = PrivateKey.generate(random).publicKey(primitives.x25519());
  private final CookieGenerator generator = new CookieGenerator(responder, primitives);
  private final CookieChecker checker = new CookieChecker(responder, primitives, random);
  private final byte[] source = {10, 0, 0, 1, (byte) 0xca, 0x6c};
  private final byte[] message = message(Initiation.LENGTH);
  private final byte[] reply = new byte[CookieReply.LENGTH];

  @ParameterizedTest
  @ValueSource(ints = {Initiation.LENGTH, Response.LENGTH})
  void shouldMakeMac2ValidWhenTheCookieCameBack(int length) {
    byte[] sent = message(length);
    generator.addMacs(sent, length, START_NS);
    assertThat(checker.mac1Valid(sent, length)).isTrue();
    assertThat(checker.mac2Valid(sent, length, source, START_NS)).isFalse();
    assertThat(Arrays.copyOfRange(sent, length - 16, length)).containsOnly(0);

    checker.writeCookieReply(sent, length, source, START_NS, reply);
    assertThat(CookieReply.receiverIndex(reply)).isEqualTo(INDEX);
    assertThat(generator.readCookieReply(reply, START_NS)).isTrue();
    generator.addMacs(sent, length, START_NS + 1);
    assertThat(checker.mac1Valid(sent, length)).isTrue();
    assertThat(checker.mac2Valid(sent, length, source, START_NS + 1)).isTrue();
  }

  /** The formulas of section 5.4.4, by another BLAKE2s. */
  @Test
  void shouldComputeTheMacsOfTheWhitepaper() {
    exchange(START_NS);
    generator.addMacs(message, message.length, START_NS);
    byte[] alpha = Arrays.copyOf(message, Initiation.MAC1);
    assertThat(Arrays.copyOfRange(message, Initiation.MAC1, Initiation.MAC2))
        .isEqualTo(Whitepaper.mac1(responder.copyBytes(), alpha));

    byte[] key =
        Whitepaper.hash(Whitepaper.cat("cookie--".getBytes(US_ASCII), responder.copyBytes()));
    byte[] sent = message(Initiation.LENGTH);
    generator.addMacs(sent, sent.length, START_NS);
    byte[] mac1 = Arrays.copyOfRange(sent, Initiation.MAC1, Initiation.MAC2);
    byte[] cookie = new byte[16];
    random.nextBytes(cookie);
    byte[] nonce = new byte[24];
    primitives.xchacha20Poly1305().seal(key, nonce, mac1, cookie, reply, CookieReply.COOKIE);
    CookieReply.putHeader(reply, INDEX);
    Arrays.fill(reply, CookieReply.NONCE, CookieReply.COOKIE, (byte) 0);
    assertThat(generator.readCookieReply(reply, START_NS)).isTrue();
    generator.addMacs(sent, sent.length, START_NS);
    assertThat(Arrays.copyOfRange(sent, Initiation.MAC2, Initiation.LENGTH))
        .isEqualTo(Rfc7693.blake2s(16, cookie, Arrays.copyOf(sent, Initiation.MAC2)));
  }

  /** Trap 9. */
  @Test
  void shouldRefuseACookieWhenAddressOrPortDiffer() {
    exchange(START_NS);
    generator.addMacs(message, message.length, START_NS);
    for (int i = 0; i < source.length; i++) {
      byte[] elsewhere = source.clone();
      elsewhere[i] ^= 1;
      assertThat(checker.mac2Valid(message, message.length, elsewhere, START_NS))
          .as(i < 4 ? "address" : "port")
          .isFalse();
    }
    assertThat(checker.mac2Valid(message, message.length, source, START_NS)).isTrue();
  }

  @Test
  void shouldRefuseMacsWhenAnyBitIsFlipped() {
    exchange(START_NS);
    generator.addMacs(message, message.length, START_NS);
    for (int i = 0; i < message.length; i++) {
      byte[] tampered = message.clone();
      tampered[i] ^= (byte) (1 << random.nextInt(8));
      assertThat(checker.mac1Valid(tampered, tampered.length)).isEqualTo(i >= Initiation.MAC2);
      assertThat(checker.mac2Valid(tampered, tampered.length, source, START_NS)).isFalse();
    }
  }

  @Test
  void shouldForgetTheSecretAfter120Seconds() {
    exchange(START_NS);
    generator.addMacs(message, message.length, START_NS);
    long last = START_NS + LIFE_NS - 1;
    assertThat(checker.mac2Valid(message, message.length, source, last)).isTrue();
    assertThat(checker.mac2Valid(message, message.length, source, last + 1)).isFalse();

    byte[] other = message(Initiation.LENGTH);
    generator.addMacs(other, other.length, START_NS);
    checker.writeCookieReply(other, other.length, source, last + 1, reply);
    assertThat(checker.mac2Valid(message, message.length, source, last + 1)).isFalse();
    assertThat(generator.readCookieReply(reply, last + 1)).isTrue();
    generator.addMacs(message, message.length, last + 1);
    assertThat(checker.mac2Valid(message, message.length, source, last + 1)).isTrue();
  }

  @Test
  void shouldForgetTheCookieAfter115Seconds() {
    exchange(START_NS);
    generator.addMacs(message, message.length, START_NS + COOKIE_LIFE_NS - 1);
    assertThat(Arrays.copyOfRange(message, Initiation.MAC2, 148)).isNotEqualTo(new byte[16]);
    generator.addMacs(message, message.length, START_NS + COOKIE_LIFE_NS);
    assertThat(Arrays.copyOfRange(message, Initiation.MAC2, 148)).containsOnly(0);
  }

  @Test
  void shouldForgetAllCookiesWhenTheCheckerIsClosed() {
    exchange(START_NS);
    generator.addMacs(message, message.length, START_NS);
    checker.close();
    assertThat(checker.mac2Valid(message, message.length, source, START_NS)).isFalse();
  }

  @Test
  void shouldTakeAReplyOnlyOnceAndOnlyToOurLastMessage() {
    generator.addMacs(message, message.length, START_NS);
    checker.writeCookieReply(message, message.length, source, START_NS, reply);
    assertThat(generator.readCookieReply(reply, START_NS)).isTrue();
    assertThat(generator.readCookieReply(reply, START_NS)).as("a replay").isFalse();

    byte[] later = message(Initiation.LENGTH);
    generator.addMacs(later, later.length, START_NS);
    assertThat(generator.readCookieReply(reply, START_NS)).as("of an old message").isFalse();
  }

  @Test
  void shouldRefuseAReplyWhenNothingWasSent() {
    byte[] another = message(Initiation.LENGTH);
    new CookieGenerator(responder, primitives).addMacs(another, another.length, START_NS);
    checker.writeCookieReply(another, another.length, source, START_NS, reply);
    assertThat(generator.readCookieReply(reply, START_NS)).isFalse();
  }

  @Test
  void shouldRefuseAReplyWhenAnyBitIsFlippedOrItsLengthIsWrong() {
    generator.addMacs(message, message.length, START_NS);
    checker.writeCookieReply(message, message.length, source, START_NS, reply);
    for (int i = 0; i < reply.length; i++) {
      byte[] tampered = reply.clone();
      tampered[i] ^= (byte) (1 << random.nextInt(8));
      boolean isIndex = i >= CookieReply.RECEIVER_INDEX && i < CookieReply.NONCE;
      if (!isIndex) {
        assertThat(generator.readCookieReply(tampered, START_NS)).as("byte %d", i).isFalse();
      }
    }
    for (int length = 0; length < 100; length++) {
      if (length != reply.length) {
        byte[] wrong = Arrays.copyOf(reply, length);
        assertThat(generator.readCookieReply(wrong, START_NS)).isFalse();
      }
    }
    assertThat(generator.readCookieReply(reply, START_NS)).isTrue();
  }

  @Test
  void shouldSayFalseWhenAMessageIsTooShortForMacs() {
    checker.writeCookieReply(message, message.length, source, START_NS, reply);
    for (int length = 0; length < 32; length++) {
      assertThat(checker.mac1Valid(message, length)).isFalse();
      assertThat(checker.mac2Valid(message, length, source, START_NS)).isFalse();
    }
    assertThat(checker.mac1Valid(message, message.length + 1)).isFalse();
    assertThat(checker.mac1Valid(message, -1)).isFalse();
  }

  private void exchange(long nowNs) {
    generator.addMacs(message, message.length, nowNs);
    checker.writeCookieReply(message, message.length, source, nowNs, reply);
    assertThat(generator.readCookieReply(reply, nowNs)).isTrue();
  }

  private byte[] message(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    if (length == Initiation.LENGTH) {
      Initiation.putHeader(bytes, INDEX);
    } else {
      Response.putHeader(bytes, INDEX, 1);
    }
    return bytes;
  }
}
