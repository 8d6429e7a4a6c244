package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Seed;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ChecksumTest {
  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long memory = arena.allocate(70_000, 64).address();

  /** RFC 1071, section 3, the numerical example: 00 01 f2 03 f4 f5 f6 f7 sums to ddf2. */
  @Test
  void shouldSumWhatTheRfcSums() {
    assertThat(Checksum.sum(put("0001f203f4f5f6f7"), 8)).isEqualTo(0xddf2);
    assertThat(Checksum.complement(0xddf2)).isEqualTo(0x220d);
  }

  @Test
  void shouldAgreeWithAByteLoopWhenLengthsAndAlignmentsVary() {
    RandomGenerator random = Seed.random();
    for (int round = 0; round < 3_000; round++) {
      int length = round < 200 ? round : random.nextInt(round % 100 == 0 ? 65_536 : 1_600);
      byte[] bytes = new byte[length];
      switch (round % 8) {
        case 0 -> Arrays.fill(bytes, (byte) 0xff);
        case 1 -> Arrays.fill(bytes, (byte) random.nextInt());
        default -> random.nextBytes(bytes);
      }
      long address = memory + random.nextInt(64);
      NativeMemory.copy(bytes, 0, address, length);
      // What lies behind must not count.
      NativeMemory.putLongLe(address + length, random.nextLong());

      assertThat(Checksum.sum(address, length))
          .as("%d bytes, seed %d", length, Seed.VALUE)
          .isEqualTo(slowSum(bytes));
    }
  }

  @Test
  void shouldAddUpWhenPiecesAreEven() {
    RandomGenerator random = Seed.random();
    byte[] bytes = new byte[1_421];
    random.nextBytes(bytes);
    NativeMemory.copy(bytes, 0, memory, bytes.length);
    int first = 2 * random.nextInt(700);

    long sum = Checksum.sum(memory, first);
    sum += Checksum.sum(memory + first, bytes.length - first);

    assertThat(Checksum.fold(sum)).as("seed %d", Seed.VALUE).isEqualTo(slowSum(bytes));
  }

  @Test
  void shouldFoldEveryCarryWhenSumsAreLarge() {
    assertThat(Checksum.fold(0)).isZero();
    assertThat(Checksum.fold(0xffff)).isEqualTo(0xffff);
    assertThat(Checksum.fold(0x1_0000)).isEqualTo(1);
    assertThat(Checksum.fold(0xffff_ffffL)).isEqualTo(0xffff);
    assertThat(Checksum.fold(0x1_ffff_ffffL)).isEqualTo(1);
    assertThat(Checksum.fold(0x4000_0000_0000L - 1)).isEqualTo(0x3fff);
    assertThat(Checksum.fold(Long.MAX_VALUE)).isEqualTo(0x7fff);
  }

  /** RFC 1624, section 4: with the older equation this example gave ffff instead of 0000. */
  @Test
  void shouldUpdateAsTheRfcDoesWhenAWordChanges() {
    assertThat(Checksum.update(0xdd2f, 0x5555, 0x3285)).isEqualTo(0x0000);
  }

  @Test
  void shouldNotAllocateWhenSumming() {
    long[] total = new long[1];

    long bytes =
        Allocation.afterWarmUp(
            () -> {
              for (int i = 0; i < 2_000; i++) {
                total[0] += Checksum.sum(memory, 1_400 + (i & 7));
              }
            });

    assertThat(bytes).isZero();
  }

  private static int slowSum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += i % 2 == 0 ? (bytes[i] & 0xff) << 8 : bytes[i] & 0xff;
      if (sum > 0xffff) {
        sum -= 0xffff;
      }
    }
    return sum;
  }

  private long put(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    NativeMemory.copy(bytes, 0, memory, bytes.length);
    return memory;
  }
}
