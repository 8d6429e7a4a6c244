package io.taltun.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @ParameterizedTest
  @CsvSource({
    "vpn.example.org:51820, vpn.example.org, 51820, vpn.example.org:51820",
    "a_b.example.:1, a_b.example., 1, a_b.example.:1",
    "192.0.2.1:65535, 192.0.2.1, 65535, 192.0.2.1:65535",
    "[2001:DB8:0::1]:51820, 2001:db8::1, 51820, [2001:db8::1]:51820",
    "[fe80::1%eth0]:51820, fe80::1%eth0, 51820, [fe80::1%eth0]:51820",
    "[::ffff:192.0.2.1]:7, 192.0.2.1, 7, 192.0.2.1:7"
  })
  void shouldReadHostAndPort(String text, String host, int port, String canonical) {
    assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":1",
        "a",
        "a:",
        "a:b",
        "a:0",
        "a:65536",
        "a:99999999999999999999",
        "a:01",
        "::1:51820",
        "[::1]",
        "[::1]:",
        "[1.2.3.4]:1",
        "[::1%]:1",
        "1.2.3:1",
        "1.2.3.999:1",
        "-a:1",
        "a-:1",
        ".a:1",
        "a b:1",
        "http://a:1",
        "ä:1"
      })
  void shouldRefuseWhenTheTextIsNeither(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
  }
}
