package io.taltun.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransportCipherTest {
  private static final long SEED = 546;
  private static final int LARGEST = 2048;
  private static final int ROOM =
      TransportCipher.HEADROOM + LARGEST + TransportCipher.TAG_LENGTH + TransportCipher.TAILROOM;
  private static final String ENGINES = "io.taltun.crypto.primitive.Engines#all";

  private final Arena arena = Arena.ofConfined();
  private final long plain = arena.allocate(ROOM).address() + TransportCipher.HEADROOM;
  private final long encrypted = arena.allocate(ROOM).address() + TransportCipher.HEADROOM;
  private final Random random = new Random(SEED);

  @AfterEach
  void free() {
    arena.close();
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSealTheSameBytesAsTheHandshakeAead(Primitives primitives) {
    byte[] key = bytes(32);
    Aead other = Primitives.of("bouncycastle").aead();
    try (TransportCipher sealer = primitives.aead().transportCipher(key);
        TransportCipher opener = primitives.aead().transportCipher(key)) {
      for (int i = 0; i < 300; i++) {
        // Every length around a block, then any.
        byte[] packet = bytes(i < 140 ? i : random.nextInt(LARGEST));
        long counter = random.nextLong();
        byte[] expected = new byte[packet.length + 16];
        other.seal(key, counter, new byte[0], packet, expected, 0);

        NativeMemory.copy(packet, 0, plain, packet.length);
        sealer.seal(counter, plain, packet.length, encrypted);
        assertThat(NativeMemory.toBytes(encrypted, expected.length))
            .as("seed %d", SEED)
            .isEqualTo(expected);
        assertThat(NativeMemory.toBytes(plain, packet.length)).isEqualTo(packet);

        NativeMemory.clear(plain, packet.length);
        assertThat(opener.open(counter, encrypted, expected.length, plain)).isTrue();
        assertThat(NativeMemory.toBytes(plain, packet.length)).isEqualTo(packet);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSealAndOpenWithOneCipherWhenSealedInPlace(Primitives primitives) {
    try (TransportCipher cipher = primitives.aead().transportCipher(bytes(32))) {
      byte[] packet = bytes(1420);
      for (long counter = 0; counter < 50; counter++) {
        NativeMemory.copy(packet, 0, encrypted, packet.length);
        cipher.seal(counter, encrypted, packet.length, encrypted);
        assertThat(cipher.open(counter, encrypted, packet.length + 16, plain)).isTrue();
        assertThat(NativeMemory.toBytes(plain, packet.length)).isEqualTo(packet);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSealAnEmptyPacketToATagWhenItIsAKeepalive(Primitives primitives) {
    try (TransportCipher cipher = primitives.aead().transportCipher(bytes(32))) {
      cipher.seal(7, plain, 0, encrypted);
      assertThat(cipher.open(7, encrypted, 16, plain)).isTrue();
      assertThat(cipher.open(8, encrypted, 16, plain)).isFalse();
      assertThat(cipher.open(7, encrypted, 15, plain)).isFalse();
      assertThat(cipher.open(7, encrypted, 0, plain)).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSayFalseAndGoOnWhenAnyBitIsTamperedWith(Primitives primitives) {
    try (TransportCipher cipher = primitives.aead().transportCipher(bytes(32))) {
      // Part of a block of either primitive.
      byte[] packet = bytes(85);
      NativeMemory.copy(packet, 0, plain, packet.length);
      cipher.seal(1, plain, packet.length, encrypted);
      for (int bit = 0; bit < (packet.length + 16) * Byte.SIZE; bit++) {
        long tampered = encrypted + bit / Byte.SIZE;
        byte original = NativeMemory.getByte(tampered);
        NativeMemory.putByte(tampered, (byte) (original ^ 1 << bit % Byte.SIZE));
        assertThat(cipher.open(1, encrypted, packet.length + 16, plain))
            .as("bit %d", bit)
            .isFalse();
        NativeMemory.putByte(tampered, original);
      }
      assertThat(cipher.open(1, encrypted, packet.length + 16, plain)).isTrue();
      assertThat(NativeMemory.toBytes(plain, packet.length)).isEqualTo(packet);
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSealAlikeWhenACounterIsGivenTwice(Primitives primitives) {
    try (TransportCipher cipher = primitives.aead().transportCipher(bytes(32))) {
      cipher.seal(3, plain, 64, encrypted);
      byte[] first = NativeMemory.toBytes(encrypted, 80);
      cipher.seal(3, plain, 64, encrypted);
      assertThat(NativeMemory.toBytes(encrypted, 80)).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldThrowWhenUsedAfterClose(Primitives primitives) {
    TransportCipher cipher = primitives.aead().transportCipher(bytes(32));
    cipher.close();
    cipher.close();
    assertThatThrownBy(() -> cipher.seal(0, plain, 16, encrypted))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> cipher.open(0, encrypted, 32, plain))
        .isInstanceOf(IllegalStateException.class);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
