package io.taltun.crypto.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Trap 21. */
class Tai64nTest {
  private static final long SEED = 64;
  private static final HexFormat HEX = HexFormat.of();

  /** The wall clock of these tests. */
  private Instant now = Instant.ofEpochSecond(1_800_000_000L, 123_456_789);

  private final Tai64n tai64n = new Tai64n(() -> now);

  /** What a peer of whom nothing is known got last. */
  private final byte[] nothing = tai64n.last();

  /** Trap 21: the base is 2^62 + 10. */
  @Test
  void shouldCountFromTwoToThe62AndTenSecondsWhenItIs1970() {
    now = Instant.EPOCH;
    assertThat(HEX.formatHex(tai64n.next(nothing))).isEqualTo("400000000000000a00000000");
  }

  /** Trap 21: nanoseconds are in range and coarsened. */
  @Test
  void shouldMaskTheLow24BitsOfTheNanoseconds() {
    ByteBuffer label = ByteBuffer.wrap(tai64n.next(nothing));
    assertThat(label.getLong()).isEqualTo((1L << 62) + 10 + 1_800_000_000L);
    assertThat(label.getInt()).isEqualTo(123_456_789 & 0xff000000);
  }

  /** Trap 21: never backwards, whatever the clock does; greater each time. */
  @Test
  void shouldIncreaseWhenTheClockStandsOrGoesBackOrJumps() {
    Random random = new Random(SEED);
    byte[] last = tai64n.next(nothing);
    for (int i = 0; i < 10_000; i++) {
      now =
          switch (random.nextInt(4)) {
            case 0 -> now;
            case 1 -> now.minusNanos(random.nextLong(5_000_000_000L));
            case 2 -> now.plusNanos(random.nextLong(5_000_000_000L));
            default -> now.plusNanos(random.nextLong(1000));
          };
      byte[] next = tai64n.next(last);
      assertThat(Tai64n.compare(next, last)).as("seed %d", SEED).isPositive();
      int nanoseconds = ByteBuffer.wrap(next).getInt(8);
      assertThat(nanoseconds).isBetween(0, 999_999_999);
      assertThat(nanoseconds & 0xffffff).isZero();
      last = next;
    }
  }

  /** Trap 21: also after a restart with the clock wound back. */
  @Test
  void shouldStartAboveTheGreatestSeenWhenTheClockWasWoundBack() {
    byte[] greatest = HEX.parseHex("4000000070000000" + "3b9ac9ff");
    byte[] next = new Tai64n(() -> now, greatest).next(nothing);
    assertThat(HEX.formatHex(next)).isEqualTo("4000000070000001" + "00000000");
    assertThat(Tai64n.compare(next, greatest)).isPositive();

    byte[] old = HEX.parseHex("4000000000000000" + "00000000");
    assertThat(new Tai64n(() -> now, old).next(nothing)).isEqualTo(tai64n.next(nothing));
  }

  @Test
  void shouldStayWithTheClockWhenManyPeersAreInitiatedToAtOnce() {
    byte[] first = tai64n.next(nothing);
    for (int i = 0; i < 10_000; i++) {
      assertThat(tai64n.next(nothing)).isEqualTo(first);
    }
    byte[] greatest = HEX.parseHex("4000000070000000" + "00000000");
    Tai64n reborn = new Tai64n(() -> now, greatest);
    for (int i = 0; i < 10_000; i++) {
      assertThat(HEX.formatHex(reborn.next(nothing))).isEqualTo("4000000070000000" + "01000000");
    }
  }

  /** Trap 21: a peer that is removed and added again still has the label that it got. */
  @Test
  void shouldBeGreaterThanAllWhenThePeerIsForgottenAndTheClockGoesBack() {
    byte[] sent = tai64n.next(nothing);
    assertThat(Tai64n.compare(tai64n.next(tai64n.last()), sent)).as("added again").isPositive();
    now = now.minusSeconds(3600);
    assertThat(Tai64n.compare(tai64n.next(nothing), sent)).isPositive();
  }

  @Test
  void shouldHaveGivenOutNothingAtFirst() {
    assertThat(nothing).containsOnly(0);
    byte[] greatest = HEX.parseHex("4000000070000000" + "00000000");
    assertThat(new Tai64n(() -> now, greatest).last()).isEqualTo(greatest);
    assertThat(new Tai64n(() -> now, nothing).last()).isEqualTo(nothing);
  }

  @Test
  void shouldRefuseWhatIsNoLabelAsTheGreatestSeen() {
    for (byte[] no :
        new byte[][] {
          new byte[11],
          HEX.parseHex("40000000700000003b9aca00"),
          HEX.parseHex("ff".repeat(12)),
          HEX.parseHex("7f".repeat(8) + "00000000")
        }) {
      assertThatThrownBy(() -> new Tai64n(() -> now, no))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldCompareUnsigned() {
    byte[] small = HEX.parseHex("400000000000007f00000000");
    byte[] large = HEX.parseHex("400000000000008000000000");
    assertThat(Tai64n.compare(small, large)).isNegative();
    assertThat(Tai64n.compare(large, small)).isPositive();
    assertThat(Tai64n.compare(small, small.clone())).isZero();
  }
}
