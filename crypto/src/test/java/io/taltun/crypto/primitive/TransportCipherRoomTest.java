package io.taltun.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link TransportCipher} promises about the memory around a packet: two buffers full of
 * random bytes, the packet in their middle, and after each call a look at every byte.
 */
class TransportCipherRoomTest {
  private static final long SEED = 28;
  private static final int LONGEST = 2100;
  private static final int TAG = TransportCipher.TAG_LENGTH;
  private static final int HEADER = 16;
  private static final String ENGINES = "io.taltun.crypto.primitive.Engines#all";

  /** Of a packet in its buffer; odd, so that nothing is aligned. */
  private static final int AT = 2 * TransportCipher.HEADROOM + 1;

  private static final int SIZE = AT + LONGEST + TAG + 2 * TransportCipher.TAILROOM;

  private final Arena arena = Arena.ofConfined();
  private final long left = arena.allocate(SIZE, 64).address();
  private final long right = arena.allocate(SIZE, 64).address();
  private final Random random = new Random(SEED);
  private final byte[] key = bytes(32);

  @AfterEach
  void free() {
    arena.close();
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldTouchOnlyItsRoomWhenItSealsAnyLength(Primitives primitives) {
    try (TransportCipher cipher = primitives.aead().transportCipher(key)) {
      for (int length = 0; length <= LONGEST; length++) {
        byte[] from = fill(left);
        byte[] to = fill(right);
        long counter = random.nextLong();
        cipher.seal(counter, left + AT, length, right + AT);
        byte[] sealed = sealed(counter, from, length);
        assertKept(left, from, 0, AT - TransportCipher.HEADROOM);
        assertKept(left, from, AT, SIZE);
        assertKept(right, to, 0, AT - HEADER);
        assertThat(NativeMemory.toBytes(right + AT, sealed.length))
            .as("%d bytes, seed %d", length, SEED)
            .isEqualTo(sealed);
        assertKept(right, to, AT + sealed.length + TransportCipher.TAILROOM, SIZE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldTouchOnlyItsRoomWhenItSealsAnyLengthInPlace(Primitives primitives) {
    try (TransportCipher cipher = primitives.aead().transportCipher(key)) {
      for (int length = 0; length <= LONGEST; length++) {
        byte[] before = fill(left);
        long counter = random.nextLong();
        cipher.seal(counter, left + AT, length, left + AT);
        byte[] sealed = sealed(counter, before, length);
        assertKept(left, before, 0, AT - TransportCipher.HEADROOM);
        assertThat(NativeMemory.toBytes(left + AT, sealed.length))
            .as("%d bytes, seed %d", length, SEED)
            .isEqualTo(sealed);
        assertKept(left, before, AT + sealed.length + TransportCipher.TAILROOM, SIZE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldTouchOnlyItsRoomWhenItOpensAnyLength(Primitives primitives) {
    try (TransportCipher cipher = primitives.aead().transportCipher(key)) {
      for (int length = 0; length <= LONGEST; length++) {
        byte[] plaintext = fill(left);
        byte[] to = fill(left);
        long counter = random.nextLong();
        byte[] sealed = sealed(counter, plaintext, length);
        byte[] from = fill(right);
        NativeMemory.copy(sealed, 0, right + AT, sealed.length);
        System.arraycopy(sealed, 0, from, AT, sealed.length);
        // Both ways out leave the same behind.
        boolean authentic = random.nextInt(4) != 0;
        long used = authentic ? counter : counter + 1;
        assertThat(cipher.open(used, right + AT, sealed.length, left + AT))
            .as("%d bytes, seed %d", length, SEED)
            .isEqualTo(authentic);
        assertKept(right, from, 0, AT - TransportCipher.HEADROOM);
        assertKept(right, from, AT, SIZE);
        assertKept(left, to, 0, AT - TransportCipher.HEADROOM);
        if (authentic) {
          assertKept(left, plaintext, AT, AT + length);
        }
        assertKept(left, to, AT + length + TransportCipher.TAILROOM, SIZE);
      }
    }
  }

  /** As segments stand in a buffer: each with its header, no gap, any lengths. */
  @ParameterizedTest
  @MethodSource(ENGINES)
  void shouldSealAndOpenARowOfMessagesWithoutGaps(Primitives primitives) {
    int messages = 20;
    int pitch = HEADER + 75 + TAG;
    try (TransportCipher cipher = primitives.aead().transportCipher(key)) {
      byte[] plaintext = fill(left);
      long first = right + TransportCipher.HEADROOM + HEADER;
      for (int i = 0; i < messages; i++) {
        long ciphertext = first + i * pitch;
        cipher.seal(i, left + AT, 75, ciphertext);
        NativeMemory.putLongLe(ciphertext - HEADER, i);
      }
      for (int i = 0; i < messages; i++) {
        long ciphertext = first + i * pitch;
        long counter = NativeMemory.getLongLe(ciphertext - HEADER);
        assertThat(counter).isEqualTo(i);
        assertThat(cipher.open(counter, ciphertext, 75 + TAG, left + AT)).isTrue();
        assertKept(left, plaintext, AT, AT + 75);
      }
    }
  }

  /** By another engine. */
  private byte[] sealed(long counter, byte[] buffer, int length) {
    byte[] out = new byte[length + TAG];
    Primitives.of("jdk")
        .aead()
        .seal(key, counter, new byte[0], Arrays.copyOfRange(buffer, AT, AT + length), out, 0);
    return out;
  }

  private void assertKept(long buffer, byte[] before, int from, int to) {
    byte[] now = NativeMemory.toBytes(buffer + from, to - from);
    int at = Arrays.mismatch(now, Arrays.copyOfRange(before, from, to));
    assertThat(at).as("first changed byte after %d, seed %d", from, SEED).isEqualTo(-1);
  }

  private byte[] fill(long buffer) {
    byte[] bytes = bytes(SIZE);
    NativeMemory.copy(bytes, 0, buffer, SIZE);
    return bytes;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
