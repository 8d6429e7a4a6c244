package io.taltun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
  /** RFC 5952 section 4, and RFC 4291 section 2.2. */
  @ParameterizedTest
  @CsvSource({
    "2001:0db8::0001, 2001:db8::1/128",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1/128",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1/128",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1/128",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1/128",
    "2001:DB8::ABCD, 2001:db8::abcd/128",
    "::, ::/128",
    "::/0, ::/0",
    "::1, ::1/128",
    "1::, 1::/128",
    "0:0:1::, 0:0:1::/128",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221/128",
    "::ffff:192.0.2.1, 192.0.2.1/32",
    "::ffff:c000:201, 192.0.2.1/32",
    "::ffff:10.0.0.0/104, 10.0.0.0/8",
    "10.99.0.1/24, 10.99.0.1/24",
    "0.0.0.0/0, 0.0.0.0/0",
    "255.255.255.255, 255.255.255.255/32"
  })
  void shouldWriteTheCanonicalTextWhenParsed(String text, String canonical) {
    assertThat(IpPrefix.parse(text)).hasToString(canonical);
    assertThat(IpPrefix.parse(canonical)).isEqualTo(IpPrefix.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/24",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "0x7f.0.0.1",
        "256.1.1.1",
        "1.2.3.4/",
        "1.2.3.4/33",
        "1.2.3.4/-1",
        "1.2.3.4/+1",
        "1.2.3.4/08",
        "1.2.3.4/24/24",
        "1.2.3.4 /24",
        "::/129",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "::g",
        "[::1]",
        "::1%lo",
        "::1.2.3",
        "::01.2.3.4",
        "::ffff:1.2.3.4/95",
        "localhost",
        "a.b.c.d",
        "１.2.3.4"
      })
  void shouldRefuseWhenTheTextIsNoAddress(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.parse(text));
  }

  @Test
  void shouldReadItsOwnTextBackWhenAddressesAreRandom() throws UnknownHostException {
    SplittableRandom random = new SplittableRandom(5952);
    for (int i = 0; i < 20_000; i++) {
      byte[] raw = new byte[random.nextBoolean() ? 4 : 16];
      for (int j = 0; j < raw.length; j++) {
        raw[j] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
      }
      InetAddress address = InetAddress.getByAddress(raw);
      IpPrefix prefix = new IpPrefix(address, random.nextInt(raw.length * 8 + 1));

      assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
      assertThat(prefix.contains(prefix.network().address())).isTrue();
      assertThat(prefix.network().contains(address)).isTrue();
      assertThat(prefix.network().network()).isEqualTo(prefix.network());
    }
  }

  @Test
  void shouldContainOnlyItsOwnNetworkAndFamily() {
    IpPrefix prefix = IpPrefix.parse("10.99.0.1/23");

    assertThat(prefix.network()).hasToString("10.99.0.0/23");
    assertThat(prefix.contains(IpLiteral.parse("10.99.1.255"))).isTrue();
    assertThat(prefix.contains(IpLiteral.parse("10.99.2.0"))).isFalse();
    assertThat(prefix.contains(IpLiteral.parse("::1"))).isFalse();
    assertThat(IpPrefix.parse("::/0").contains(IpLiteral.parse("10.0.0.1"))).isFalse();
    assertThat(prefix.isHost()).isFalse();
    assertThat(IpPrefix.parse("fd99::1").isHost()).isTrue();
  }
}
