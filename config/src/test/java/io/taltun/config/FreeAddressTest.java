package io.taltun.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreeAddressTest {
  private static Optional<InetAddress> in(String network, List<IpPrefix> claimed) {
    return FreeAddress.in(IpPrefix.parse(network), claimed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "10.99.0.1/24|10.99.0.1|10.99.0.2",
        "10.99.0.1/24|10.99.0.1 10.99.0.3 10.99.0.2/32|10.99.0.4",
        "10.99.0.1/24|10.99.0.0/28|10.99.0.16",
        "10.99.0.1/24|10.99.0.0/25 10.99.0.64/28 0.0.0.0/0 10.0.0.0/8 fd99::/64|10.99.0.128",
        "10.99.0.1/24|10.99.0.0/24|none",
        "10.99.0.1/30|10.99.0.1 10.99.0.2|none",
        "10.99.0.1/31|10.99.0.1|10.99.0.0",
        "10.99.0.1/31|10.99.0.0/31|none",
        "10.99.0.1/32|10.99.0.1|none",
        "255.255.255.1/24|255.255.255.0/25|255.255.255.128",
        "0.0.0.0/0|''|0.0.0.1",
        "fd99::1/64|fd99::1|fd99::2",
        "fd99::1/64|fd99::/65|fd99:0:0:0:8000::",
        "fd99::1/127|fd99::1|fd99::",
        "fd99::1/128|fd99::1|none",
        "::/0|::/1|8000::",
      })
  void shouldFindTheLowestAddressThatIsFree(String network, String claimed, String expected) {
    List<IpPrefix> claims =
        claimed.isEmpty()
            ? List.of()
            : Arrays.stream(claimed.split(" ")).map(IpPrefix::parse).toList();
    assertThat(in(network, claims).map(IpLiteral::format))
        .isEqualTo(Optional.ofNullable(expected).map(IpLiteral::parse).map(IpLiteral::format));
  }

  /** Beside a search that asks of each address in turn. */
  @Test
  void shouldFindWhatASlowSearchFinds() {
    long seed = 20_261_125;
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 2_000; run++) {
      int length = random.nextInt(24, 33);
      String base = "10.0.0." + random.nextInt(256);
      IpPrefix network = IpPrefix.parse(base + "/" + length);
      List<IpPrefix> claims = new ArrayList<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        claims.add(IpPrefix.parse("10.0.0." + random.nextInt(256) + "/" + random.nextInt(22, 33)));
      }
      assertThat(FreeAddress.in(network, claims).map(IpLiteral::format))
          .as("seed %d run %d: %s beside %s", seed, run, network, claims)
          .isEqualTo(slowly(network, claims));
    }
  }

  private static Optional<String> slowly(IpPrefix network, List<IpPrefix> claims) {
    for (int last = 0; last < 256; last++) {
      InetAddress address = IpLiteral.parse("10.0.0." + last);
      int hosts = 1 << 32 - network.length();
      int place = last % hosts;
      boolean reserved = hosts > 2 && (place == 0 || place == hosts - 1);
      boolean claimed =
          claims.stream().anyMatch(it -> it.length() >= network.length() && it.contains(address));
      if (network.contains(address) && !reserved && !claimed) {
        return Optional.of(IpLiteral.format(address));
      }
    }
    return Optional.empty();
  }
}
