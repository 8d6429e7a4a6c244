package io.taltun.dataplane.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Seed;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AllowedIpsTest {
  private static final byte[] TEN_NET = {10, 0, 0, 0};

  @Test
  void shouldFindNobodyWhenEmpty() {
    AllowedIps<String> empty = AllowedIps.<String>builder().build();

    assertThat(empty.size()).isZero();
    assertThat(empty.lookupIpv4(0)).isNull();
    assertThat(empty.lookupIpv4(-1)).isNull();
    assertThat(empty.lookupIpv6(0, 0)).isNull();
    assertThat(empty.lookupIpv6(-1, -1)).isNull();
  }

  @Test
  void shouldPreferTheLongestPrefixWhenIpv4PrefixesNest() {
    AllowedIps<String> table =
        table(
            "0.0.0.0/0 default", "10.0.0.0/8 a", "10.1.0.0/16 b", "10.1.2.0/24 c", "10.1.2.3/32 d");

    assertThat(at(table, "9.255.255.255")).isEqualTo("default");
    assertThat(at(table, "10.0.0.0")).isEqualTo("a");
    assertThat(at(table, "10.1.0.1")).isEqualTo("b");
    assertThat(at(table, "10.1.2.2")).isEqualTo("c");
    assertThat(at(table, "10.1.2.3")).isEqualTo("d");
    assertThat(at(table, "10.1.2.4")).isEqualTo("c");
    assertThat(at(table, "255.255.255.255")).isEqualTo("default");
    assertThat(at(table, "::a0a:203")).isNull();
    assertThat(table.size()).isEqualTo(5);
  }

  @Test
  void shouldPreferTheLongestPrefixWhenIpv6PrefixesNest() {
    AllowedIps<String> table =
        table(
            "::/0 default",
            "fd99::/16 site",
            "fd99::/63 pair",
            "fd99:0:0:1::/64 lan",
            "fd99:0:0:1::/65 half",
            "fd99:0:0:1::8/126 few",
            "fd99:0:0:1::8/128 one",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 last");

    assertThat(at(table, "fd98::1")).isEqualTo("default");
    assertThat(at(table, "fd99:1::1")).isEqualTo("site");
    assertThat(at(table, "fd99::1")).isEqualTo("pair");
    assertThat(at(table, "fd99:0:0:1:8000::1")).isEqualTo("lan");
    assertThat(at(table, "fd99:0:0:1::1")).isEqualTo("half");
    assertThat(at(table, "fd99:0:0:1::9")).isEqualTo("few");
    assertThat(at(table, "fd99:0:0:1::8")).isEqualTo("one");
    assertThat(at(table, "fd99:0:0:1::c")).isEqualTo("half");
    assertThat(at(table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).isEqualTo("last");
    assertThat(at(table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe")).isEqualTo("default");
  }

  @Test
  void shouldGiveThePrefixToTheLastOwnerWhenAddedTwice() {
    AllowedIps<String> table = table("10.1.2.3/8 first", "fd99::1/64 first", "10.0.0.0/8 last");

    assertThat(table.size()).isEqualTo(2);
    assertThat(at(table, "10.200.0.1")).isEqualTo("last");
    assertThat(at(table, "fd99::2")).isEqualTo("first");
  }

  @Test
  void shouldRefuseAPrefixWhenItsLengthsAreWrong() {
    AllowedIps.Builder<String> builder = AllowedIps.builder();

    assertThatIllegalArgumentException().isThrownBy(() -> builder.add(new byte[5], 0, "a"));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.add(new byte[4], 33, "a"));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.add(new byte[16], 129, "a"));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.add(new byte[4], -1, "a"));
    assertThat(builder.build().size()).isZero();
  }

  @Test
  void shouldKeepASnapshotWhenItsBuilderGoesOn() {
    AllowedIps.Builder<String> builder = AllowedIps.<String>builder().add(TEN_NET, 8, "a");
    AllowedIps<String> before = builder.build();
    AllowedIps<String> after = builder.add(TEN_NET, 8, "b").build();

    assertThat(at(before, "10.0.0.1")).isEqualTo("a");
    assertThat(at(after, "10.0.0.1")).isEqualTo("b");
  }

  /** Trap 2: a prefix that moves between peers belongs to one of them at every moment. */
  @Test
  void shouldNeverFindAPrefixUnownedWhenItMovesBetweenPeers() throws InterruptedException {
    AtomicReference<AllowedIps<String>> published =
        new AtomicReference<>(AllowedIps.<String>builder().add(TEN_NET, 8, "a").build());
    AtomicBoolean moving = new AtomicBoolean(true);
    AtomicLong lookups = new AtomicLong();
    AtomicLong unowned = new AtomicLong();
    Thread reader =
        new Thread(
            () -> {
              while (moving.get() || lookups.get() == 0) {
                if (published.get().lookupIpv4(0x0a000001) == null) {
                  unowned.incrementAndGet();
                }
                lookups.incrementAndGet();
              }
            });
    reader.start();
    for (int move = 0; move < 20_000; move++) {
      String owner = move % 2 == 0 ? "b" : "a";
      published.set(AllowedIps.<String>builder().add(TEN_NET, 8, owner).build());
    }
    moving.set(false);
    reader.join();

    assertThat(lookups.get()).isPositive();
    assertThat(unowned.get()).isZero();
  }

  @Test
  void shouldNotAllocateWhenLookingUp() {
    AllowedIps.Builder<Integer> builder = AllowedIps.builder();
    byte[] ipv4 = new byte[4];
    byte[] ipv6 = new byte[16];
    var random = Seed.random();
    for (int i = 0; i < 2_000; i++) {
      random.nextBytes(ipv4);
      random.nextBytes(ipv6);
      builder.add(ipv4, random.nextInt(33), i).add(ipv6, random.nextInt(129), i);
    }
    AllowedIps<Integer> table = builder.build();
    int[] found = new int[1];

    long bytes =
        Allocation.afterWarmUp(
            () -> {
              long mixed = Seed.VALUE;
              for (int i = 0; i < 10_000; i++) {
                mixed = mixed * 0x9E3779B97F4A7C15L + i;
                found[0] += table.lookupIpv4((int) (mixed >>> 32)) == null ? 0 : 1;
                found[0] += table.lookupIpv6(mixed, ~mixed) == null ? 0 : 1;
              }
            });

    assertThat(found[0]).isPositive();
    assertThat(bytes).isZero();
  }

  private static AllowedIps<String> table(String... lines) {
    AllowedIps.Builder<String> builder = AllowedIps.builder();
    for (String line : lines) {
      String[] parts = line.split("[/ ]");
      builder.add(bytes(parts[0]), Integer.parseInt(parts[1]), parts[2]);
    }
    return builder.build();
  }

  private static String at(AllowedIps<String> table, String address) {
    ByteBuffer bytes = ByteBuffer.wrap(bytes(address));
    return bytes.remaining() == 4
        ? table.lookupIpv4(bytes.getInt())
        : table.lookupIpv6(bytes.getLong(), bytes.getLong());
  }

  private static byte[] bytes(String literal) {
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(literal, e);
    }
  }
}
