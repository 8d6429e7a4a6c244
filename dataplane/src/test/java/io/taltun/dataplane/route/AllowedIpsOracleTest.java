package io.taltun.dataplane.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Seed;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The trie against a linear scan that is too simple to be wrong. */
class AllowedIpsOracleTest {
  private final RandomGenerator random = Seed.random();

  @Test
  void shouldAgreeWithALinearScanWhenTablesAreSmall() {
    for (int table = 0; table < 400; table++) {
      compare(randomLines(random.nextInt(60)), 60);
    }
  }

  @Test
  void shouldAgreeWithALinearScanWhenTablesHaveADirectTop() {
    for (int table = 0; table < 4; table++) {
      compare(randomLines(3 * PoptrieBuilder.DIRECT_FROM_PREFIXES), 300);
    }
  }

  @Test
  void shouldStaySmallAndQuickToBuildWhenPrefixesAreMany() {
    AllowedIps.Builder<Integer> builder = AllowedIps.builder();
    byte[] ipv4 = new byte[4];
    byte[] ipv6 = new byte[16];
    for (int i = 0; i < 65_000; i++) {
      random.nextBytes(ipv4);
      random.nextBytes(ipv6);
      builder.add(ipv4, 8 + random.nextInt(25), i).add(ipv6, 16 + random.nextInt(113), i);
    }
    builder.build();
    long startNs = System.nanoTime();
    AllowedIps<Integer> table = builder.build();
    long tookNs = System.nanoTime() - startNs;

    System.out.printf(
        "%,d prefixes: %,d KiB, built in %,d ms%n",
        table.size(), table.sizeInBytes() >> 10, tookNs / 1_000_000);
    assertThat(table.sizeInBytes()).isLessThan(16L << 20);
    assertThat(tookNs).as("generous, for busy machines").isLessThan(3_000_000_000L);
  }

  private void compare(List<PrefixLine> lines, int randomProbes) {
    AllowedIps.Builder<Integer> builder = AllowedIps.builder();
    lines.forEach(line -> builder.add(line.address(), line.length(), line.owner()));
    AllowedIps<Integer> table = builder.build();
    for (PrefixLine line : lines) {
      for (int probe = 0; probe < 3; probe++) {
        check(table, lines, near(line.address(), line.length() + probe - 1));
      }
      check(table, lines, line.address());
    }
    for (int probe = 0; probe < randomProbes; probe++) {
      check(table, lines, randomAddress(random.nextBoolean() ? 4 : 16));
    }
  }

  private static void check(AllowedIps<Integer> table, List<PrefixLine> lines, byte[] address) {
    ByteBuffer bytes = ByteBuffer.wrap(address);
    Integer found =
        address.length == 4
            ? table.lookupIpv4(bytes.getInt())
            : table.lookupIpv6(bytes.getLong(), bytes.getLong());
    Integer expected = PrefixLine.owner(lines, address);
    if (found == null ? expected != null : !found.equals(expected)) {
      assertThat(found)
          .as("owner of %s, seed %d", new BigInteger(1, address).toString(16), Seed.VALUE)
          .isEqualTo(expected);
    }
  }

  /**
   * Half of them derived from earlier ones: nested, adjacent, repeated with or without host bits.
   */
  private List<PrefixLine> randomLines(int count) {
    List<PrefixLine> lines = new ArrayList<>();
    int owners = 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      byte[] address = randomAddress(random.nextBoolean() ? 4 : 16);
      int length = randomLength(address.length * 8);
      if (!lines.isEmpty() && random.nextInt(4) != 0) {
        PrefixLine earlier = lines.get(random.nextInt(lines.size()));
        int bits = earlier.address().length * 8;
        address = near(earlier.address(), random.nextInt(bits + 1));
        length = random.nextBoolean() ? earlier.length() : randomLength(bits);
      }
      lines.add(new PrefixLine(address, length, random.nextInt(owners)));
    }
    return lines;
  }

  private int randomLength(int bits) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(40) == 0 ? 0 : bits;
      case 1 -> bits;
      case 2 -> bits / 2 - 4 + random.nextInt(9);
      default -> 1 + random.nextInt(bits);
    };
  }

  private byte[] randomAddress(int bytes) {
    byte[] address = new byte[bytes];
    random.nextBytes(address);
    return address;
  }

  /** The same address up to a bit, and then random or all zeros or all ones. */
  private byte[] near(byte[] address, int sharedBits) {
    byte[] result = address.clone();
    int tail = random.nextInt(3);
    for (int bit = Math.max(0, sharedBits); bit < address.length * 8; bit++) {
      boolean one = tail == 0 ? random.nextBoolean() : tail == 1;
      int mask = 0x80 >> bit % 8;
      result[bit / 8] = (byte) (one ? result[bit / 8] | mask : result[bit / 8] & ~mask);
    }
    return result;
  }
}
