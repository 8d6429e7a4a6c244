package io.taltun.daemon.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.TransportCipher;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The stand-ins bind what they have to bind: one changed bit anywhere fails to open. */
class StandInsTest {
  private static final int ROUNDS = 2000;

  private final Primitives primitives = StandIns.primitives();
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void shouldAgreeOnOneSecretWhenEachHasTheOthersPublicKey() {
    byte[] alicesPublic = new byte[32];
    byte[] bobsPublic = new byte[32];
    byte[] alices = new byte[32];
    byte[] bobs = new byte[32];
    byte[] eves = new byte[32];
    for (int round = 0; round < ROUNDS; round++) {
      byte[] alice = bytes(32);
      byte[] bob = bytes(32);
      primitives.x25519().publicKey(alice, alicesPublic);
      primitives.x25519().publicKey(bob, bobsPublic);
      assertThat(primitives.x25519().agree(alice, bobsPublic, alices)).isTrue();
      assertThat(primitives.x25519().agree(bob, alicesPublic, bobs)).isTrue();
      primitives.x25519().agree(bytes(32), alicesPublic, eves);
      assertThat(bobs).isEqualTo(alices).isNotEqualTo(eves);
    }
    assertThat(primitives.x25519().agree(bytes(32), new byte[32], eves)).isFalse();
  }

  @Test
  void shouldNotOpenWhenAnythingIsAnother() {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] key = bytes(32);
      byte[] aad = bytes(32);
      byte[] sealed = new byte[44];
      byte[] opened = new byte[28];
      long counter = random.nextLong();
      primitives.aead().seal(key, counter, aad, bytes(28), sealed, 0);
      assertThat(opens(key, counter, aad, sealed, opened)).isTrue();
      assertThat(opens(key, counter ^ 1L << random.nextInt(64), aad, sealed, opened)).isFalse();
      assertThat(opens(flipped(key), counter, aad, sealed, opened)).isFalse();
      assertThat(opens(key, counter, flipped(aad), sealed, opened)).isFalse();
      assertThat(opens(key, counter, aad, flipped(sealed), opened)).isFalse();
    }
  }

  @Test
  void shouldNotOpenTransportDataWhenAnythingIsAnother() {
    try (Arena arena = Arena.ofConfined()) {
      long packet = arena.allocate(128).address();
      long opened = arena.allocate(128).address();
      for (int round = 0; round < ROUNDS; round++) {
        byte[] key = bytes(32);
        long counter = random.nextLong();
        int length = 16 * random.nextInt(4);
        NativeMemory.copy(bytes(length), 0, packet, length);
        TransportCipher cipher = primitives.aead().transportCipher(key);
        cipher.seal(counter, packet, length, packet);
        int sealed = length + TransportCipher.TAG_LENGTH;
        assertThat(cipher.open(counter, packet, sealed, opened)).isTrue();
        assertThat(cipher.open(counter ^ 1L << random.nextInt(64), packet, sealed, opened))
            .isFalse();
        assertThat(cipher.open(counter, packet, sealed - 1, opened)).isFalse();
        assertThat(
                primitives
                    .aead()
                    .transportCipher(flipped(key))
                    .open(counter, packet, sealed, opened))
            .isFalse();
        byte[] changed = flipped(NativeMemory.toBytes(packet, sealed));
        NativeMemory.copy(changed, 0, packet, sealed);
        assertThat(cipher.open(counter, packet, sealed, opened)).isFalse();
      }
    }
  }

  private boolean opens(byte[] key, long counter, byte[] aad, byte[] sealed, byte[] opened) {
    return primitives.aead().open(key, counter, aad, sealed, 0, sealed.length, opened, 0);
  }

  private byte[] flipped(byte[] bytes) {
    byte[] changed = bytes.clone();
    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    return changed;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
