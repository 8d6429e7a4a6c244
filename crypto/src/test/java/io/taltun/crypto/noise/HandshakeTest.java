package io.taltun.crypto.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Engines;
import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.Response;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HandshakeTest {
  private static final long SEED = 542;
  private static final int I_INDEX = 0x01020304;
  private static final int R_INDEX = 0xf1f2f3f4;
  private static final int PACKET_LENGTH = 100;
  private static final String ENGINES = "io.taltun.crypto.primitive.Engines#all";

  private final Random random = new Random(SEED);
  private final PrivateKey initiatorKey = PrivateKey.generate(random);
  private final PrivateKey responderKey = PrivateKey.generate(random);
  private final PresharedKey psk = PresharedKey.generate(random);
  private final byte[] timestamp = bytes(Tai64n.LENGTH);

  static Stream<Arguments> pairs() {
    return Engines.all().flatMap(a -> Engines.all().map(b -> Arguments.of(a, b)));
  }

  /** Trap 34: one key for each direction. */
  @ParameterizedTest
  @MethodSource("pairs")
  void shouldGiveBothSidesTheSameKeysWhateverTheirEngines(Primitives a, Primitives b) {
    StaticIdentity initiatorSide = new StaticIdentity(initiatorKey, a);
    StaticIdentity responderSide = new StaticIdentity(responderKey, b);
    byte[] initiation = new byte[Initiation.LENGTH];
    byte[] response = new byte[Response.LENGTH];
    HandshakeInitiator initiator = initiate(initiatorSide, initiation);

    HandshakeResponder responder = HandshakeResponder.open(responderSide, initiation);
    assertThat(responder.remoteStatic()).isEqualTo(initiatorSide.publicKey());
    assertThat(responder.timestamp()).isEqualTo(timestamp);
    assertThat(responder.remoteIndex()).isEqualTo(I_INDEX);

    TransportKeys theirs = responder.writeResponse(psk, R_INDEX, random, response);
    TransportKeys ours = initiator.readResponse(response);
    assertThat(ours.initiator()).isTrue();
    assertThat(theirs.initiator()).isFalse();
    assertThat(ours.localIndex()).isEqualTo(I_INDEX).isEqualTo(theirs.remoteIndex());
    assertThat(ours.remoteIndex()).isEqualTo(R_INDEX).isEqualTo(theirs.localIndex());
    assertPacketsPass(ours, a.aead(), theirs, b.aead());
    assertPacketsPass(theirs, b.aead(), ours, a.aead());
    byte[] sent = first(ours.sealer(a.aead()));
    assertThat(sent).isNotEqualTo(first(ours.opener(a.aead())));
  }

  /** Trap 34: counters may begin anew, as no key is ever there a second time. */
  @Test
  void shouldGiveKeysThatNeverWereWhenTheSameTwoShakeHandsAgain() {
    Aead aead = Primitives.best().aead();
    List<byte[]> sealed = new ArrayList<>();
    for (int round = 0; round < 10; round++) {
      byte[] initiation = new byte[Initiation.LENGTH];
      byte[] response = new byte[Response.LENGTH];
      HandshakeInitiator initiator = initiate(identity(initiatorKey), initiation);
      HandshakeResponder.open(identity(responderKey), initiation)
          .writeResponse(psk, R_INDEX, random, response);
      TransportKeys keys = initiator.readResponse(response);
      sealed.add(first(keys.sealer(aead)));
      sealed.add(first(keys.opener(aead)));
    }
    assertThat(sealed.stream().map(ByteBuffer::wrap)).doesNotHaveDuplicates();
  }

  /** Trap 34: who knows both public keys and the preshared key cannot speak for either. */
  @Test
  void shouldSayNullWhenTheInitiatorKnowsPublicKeysOnly() {
    byte[] initiation = new byte[Initiation.LENGTH];
    StaticIdentity stranger = identity(PrivateKey.generate(random));
    initiate(stranger, initiation);
    HandshakeResponder opened = HandshakeResponder.open(identity(responderKey), initiation);
    assertThat(opened.remoteStatic()).isEqualTo(stranger.publicKey());

    // The name of another in the same message: its seal is another's too.
    byte[] genuine = new byte[Initiation.LENGTH];
    initiate(identity(initiatorKey), genuine);
    System.arraycopy(
        genuine,
        Initiation.STATIC,
        initiation,
        Initiation.STATIC,
        Initiation.TIMESTAMP - Initiation.STATIC);
    assertThat(HandshakeResponder.open(identity(responderKey), initiation)).isNull();
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldWriteAndReadWhatTheWhitepaperSaysWhenInitiating(Primitives primitives) {
    byte[] ephemeral = clamped(bytes(32));
    byte[] initiation = new byte[Initiation.LENGTH];
    StaticIdentity local = new StaticIdentity(initiatorKey, primitives);
    PublicKey remote = responderKey.publicKey(primitives.x25519());
    HandshakeInitiator initiator = new HandshakeInitiator(local, remote, psk, fixed(ephemeral));
    assertThat(initiator.writeInitiation(I_INDEX, timestamp, initiation)).isTrue();
    new CookieGenerator(remote, primitives).addMacs(initiation, initiation.length, 0);
    assertThat(initiation)
        .isEqualTo(
            new Whitepaper()
                .writeInitiation(
                    initiatorKey.copyBytes(), remote.copyBytes(), ephemeral, I_INDEX, timestamp));

    Whitepaper oracle = new Whitepaper();
    oracle.readInitiation(responderKey.copyBytes(), initiation);
    assertThat(oracle.remoteStatic).isEqualTo(local.publicKey().copyBytes());
    assertThat(oracle.timestamp).isEqualTo(timestamp);
    byte[] response = oracle.writeResponse(bytes(32), psk.copyBytes(), R_INDEX, I_INDEX);
    assertThat(new CookieChecker(local.publicKey(), primitives, random).mac1Valid(response, 92))
        .isTrue();
    TransportKeys keys = initiator.readResponse(response);
    assertSameKeys(keys, primitives, oracle.receiving, oracle.sending);
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldReadAndWriteWhatTheWhitepaperSaysWhenResponding(Primitives primitives) {
    StaticIdentity local = new StaticIdentity(responderKey, primitives);
    Whitepaper oracle = new Whitepaper();
    byte[] initiation =
        oracle.writeInitiation(
            initiatorKey.copyBytes(), local.publicKey().copyBytes(), bytes(32), I_INDEX, timestamp);
    Whitepaper twin = new Whitepaper();
    twin.readInitiation(responderKey.copyBytes(), initiation);

    byte[] ephemeral = clamped(bytes(32));
    byte[] response = new byte[Response.LENGTH];
    HandshakeResponder responder = HandshakeResponder.open(local, initiation);
    TransportKeys keys = responder.writeResponse(psk, R_INDEX, fixed(ephemeral), response);
    new CookieGenerator(responder.remoteStatic(), primitives).addMacs(response, 92, 0);
    assertThat(response)
        .isEqualTo(twin.writeResponse(ephemeral, psk.copyBytes(), R_INDEX, I_INDEX));

    oracle.readResponse(initiatorKey.copyBytes(), psk.copyBytes(), response);
    assertSameKeys(keys, primitives, oracle.receiving, oracle.sending);
  }

  @Test
  void shouldNotOpenAnInitiationWhenAnyBitBeforeTheMacsIsFlipped() {
    StaticIdentity local = identity(responderKey);
    byte[] initiation = new byte[Initiation.LENGTH];
    initiate(identity(initiatorKey), initiation);
    for (int i = 0; i < Initiation.MAC1; i++) {
      if (i >= Initiation.SENDER_INDEX && i < Initiation.EPHEMERAL) {
        continue; // The index is protected by mac1 alone.
      }
      byte[] tampered = initiation.clone();
      tampered[i] ^= (byte) (1 << random.nextInt(i == Initiation.STATIC - 1 ? 7 : 8));
      assertThat(HandshakeResponder.open(local, tampered)).as("byte %d", i).isNull();
    }
    assertThat(HandshakeResponder.open(local, initiation)).isNotNull();
  }

  @Test
  void shouldNotReadAResponseAndStayReadyWhenAnyBitBeforeTheMacsIsFlipped() {
    byte[] initiation = new byte[Initiation.LENGTH];
    byte[] response = new byte[Response.LENGTH];
    HandshakeInitiator initiator = initiate(identity(initiatorKey), initiation);
    HandshakeResponder.open(identity(responderKey), initiation)
        .writeResponse(psk, R_INDEX, random, response);
    for (int i = 0; i < Response.MAC1; i++) {
      if (i >= Response.SENDER_INDEX && i < Response.RECEIVER_INDEX) {
        continue; // The index is protected by mac1 alone.
      }
      byte[] tampered = response.clone();
      tampered[i] ^= (byte) (1 << random.nextInt(i == Response.EMPTY - 1 ? 7 : 8));
      assertThat(initiator.readResponse(tampered)).as("byte %d", i).isNull();
    }
    assertThat(initiator.readResponse(response)).isNotNull();
    assertThat(initiator.readResponse(response)).as("a replay").isNull();
  }

  @Test
  void shouldSayNullWhenALengthIsWrong() {
    StaticIdentity local = identity(responderKey);
    byte[] initiation = new byte[Initiation.LENGTH];
    HandshakeInitiator initiator = initiate(identity(initiatorKey), initiation);
    for (int length = 0; length < 200; length++) {
      if (length != Initiation.LENGTH) {
        assertThat(HandshakeResponder.open(local, Arrays.copyOf(initiation, length))).isNull();
      }
      byte[] response = new byte[length];
      if (length > 0) {
        response[0] = 2;
      }
      assertThat(initiator.readResponse(response)).isNull();
    }
  }

  @Test
  void shouldSayNullWhenThePresharedKeysDiffer() {
    byte[] initiation = new byte[Initiation.LENGTH];
    byte[] response = new byte[Response.LENGTH];
    HandshakeInitiator initiator = initiate(identity(initiatorKey), initiation);
    StaticIdentity local = identity(responderKey);
    HandshakeResponder.open(local, initiation)
        .writeResponse(PresharedKey.none(), R_INDEX, random, response);
    assertThat(initiator.readResponse(response)).isNull();
    HandshakeResponder.open(local, initiation).writeResponse(psk, R_INDEX, random, response);
    assertThat(initiator.readResponse(response)).isNotNull();
  }

  @Test
  void shouldSayNullWhenTheInitiationIsForAnotherStaticKey() {
    byte[] initiation = new byte[Initiation.LENGTH];
    initiate(identity(initiatorKey), initiation);
    StaticIdentity stranger = identity(PrivateKey.generate(random));
    assertThat(HandshakeResponder.open(stranger, initiation)).isNull();
  }

  @Test
  void shouldSayNullWhenTheResponderIsNotTheOneThatWasMeant() {
    byte[] initiation = new byte[Initiation.LENGTH];
    byte[] forStranger = new byte[Initiation.LENGTH];
    byte[] response = new byte[Response.LENGTH];
    StaticIdentity local = identity(initiatorKey);
    StaticIdentity stranger = identity(PrivateKey.generate(random));
    HandshakeInitiator initiator = initiate(local, initiation);
    new HandshakeInitiator(local, stranger.publicKey(), psk, random)
        .writeInitiation(I_INDEX, timestamp, forStranger);
    HandshakeResponder.open(stranger, forStranger).writeResponse(psk, R_INDEX, random, response);
    assertThat(initiator.readResponse(response)).isNull();
  }

  /** Trap 22. */
  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSayNullWhenASharedSecretIsAllZero(Primitives primitives) {
    StaticIdentity local = new StaticIdentity(initiatorKey, primitives);
    StaticIdentity remote = new StaticIdentity(responderKey, primitives);
    PublicKey zero = PublicKey.of(new byte[32]);
    byte[] initiation = new byte[Initiation.LENGTH];
    HandshakeInitiator toZero = new HandshakeInitiator(local, zero, psk, random);
    assertThat(toZero.writeInitiation(I_INDEX, timestamp, initiation)).isFalse();

    // The oracle's formulas hold for a zero key too: only the check can refuse these messages.
    byte[] scalar = initiatorKey.copyBytes();
    byte[] point = remote.publicKey().copyBytes();
    assertThat(HandshakeResponder.open(remote, forged(scalar, point, bytes(32)))).isNotNull();
    assertThat(HandshakeResponder.open(remote, forged(scalar, point, null))).isNull();
    assertThat(HandshakeResponder.open(remote, forged(null, point, bytes(32)))).isNull();

    HandshakeInitiator initiator = new HandshakeInitiator(local, remote.publicKey(), psk, random);
    assertThat(initiator.writeInitiation(I_INDEX, timestamp, initiation)).isTrue();
    Whitepaper oracle = new Whitepaper();
    oracle.readInitiation(responderKey.copyBytes(), initiation);
    byte[] zeroResponse = oracle.writeResponse(null, psk.copyBytes(), R_INDEX, I_INDEX);
    assertThat(initiator.readResponse(zeroResponse)).isNull();
  }

  private byte[] forged(byte[] scalar, byte[] remote, byte[] ephemeral) {
    return new Whitepaper().writeInitiation(scalar, remote, ephemeral, I_INDEX, timestamp);
  }

  @Test
  void shouldThrowWhenAnAttemptIsUsedTwice() {
    byte[] initiation = new byte[Initiation.LENGTH];
    byte[] response = new byte[Response.LENGTH];
    HandshakeInitiator initiator = initiate(identity(initiatorKey), initiation);
    assertThatThrownBy(() -> initiator.writeInitiation(I_INDEX, timestamp, initiation))
        .isInstanceOf(IllegalStateException.class);
    HandshakeResponder responder = HandshakeResponder.open(identity(responderKey), initiation);
    responder.writeResponse(psk, R_INDEX, random, response);
    assertThatThrownBy(() -> responder.writeResponse(psk, R_INDEX, random, response))
        .isInstanceOf(IllegalStateException.class);
    initiator.close();
    assertThat(initiator.readResponse(response)).isNull();
  }

  private HandshakeInitiator initiate(StaticIdentity local, byte[] initiation) {
    PublicKey remote = responderKey.publicKey(local.primitives().x25519());
    HandshakeInitiator initiator = new HandshakeInitiator(local, remote, psk, random);
    assertThat(initiator.writeInitiation(I_INDEX, timestamp, initiation)).isTrue();
    return initiator;
  }

  private static StaticIdentity identity(PrivateKey key) {
    return new StaticIdentity(key, Primitives.best());
  }

  private static void assertPacketsPass(
      TransportKeys from, Aead fromAead, TransportKeys to, Aead toAead) {
    try (Arena arena = Arena.ofConfined();
        TransportCipher sealer = from.sealer(fromAead);
        TransportCipher opener = to.opener(toAead)) {
      long packet = packet(arena);
      long opened = packet(arena);
      for (long counter = 0; counter < 10; counter++) {
        sealer.seal(counter, packet, PACKET_LENGTH, packet);
        assertThat(opener.open(counter, packet, PACKET_LENGTH + 16, opened)).isTrue();
      }
    }
  }

  /** The keys are what the oracle's are when packets sealed by one open by the other. */
  private static void assertSameKeys(
      TransportKeys keys, Primitives primitives, byte[] sending, byte[] receiving) {
    Aead aead = primitives.aead();
    assertThat(first(keys.sealer(aead))).isEqualTo(first(aead.transportCipher(sending)));
    assertThat(first(keys.opener(aead))).isEqualTo(first(aead.transportCipher(receiving)));
  }

  private static byte[] first(TransportCipher cipher) {
    try (cipher;
        Arena arena = Arena.ofConfined()) {
      long packet = packet(arena);
      cipher.seal(0, packet, PACKET_LENGTH, packet);
      return NativeMemory.toBytes(packet, PACKET_LENGTH + 16);
    }
  }

  /** Zeroes, with the room that ciphers want around them. */
  private static long packet(Arena arena) {
    int sealedLength = PACKET_LENGTH + TransportCipher.TAG_LENGTH;
    return arena
            .allocate(TransportCipher.HEADROOM + sealedLength + TransportCipher.TAILROOM)
            .address()
        + TransportCipher.HEADROOM;
  }

  private static RandomGenerator fixed(byte[] bytes) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new AssertionError("only bytes are drawn");
      }

      @Override
      public void nextBytes(byte[] out) {
        System.arraycopy(bytes, 0, out, 0, out.length);
      }
    };
  }

  private static byte[] clamped(byte[] scalar) {
    return PrivateKey.of(scalar).copyBytes();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
