package io.taltun.daemon.onboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutsideAddressTest {
  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, true",
    "172.31.0.1, true",
    "172.32.0.1, false",
    "192.168.1.1, true",
    "100.64.0.1, true",
    "100.128.0.1, false",
    "203.0.113.1, false",
    "fd00::1, true",
    "fe80::1, true",
    "2001:db8::1, false"
  })
  void shouldTellPrivateAddresses(String address, boolean isPrivate) {
    assertThat(OutsideAddress.isPrivate(InetAddress.ofLiteral(address))).isEqualTo(isPrivate);
  }

  @Test
  void shouldNeverGuessAnAddressOfTheTunnel() {
    List<IpPrefix> everything = List.of(IpPrefix.parse("0.0.0.0/0"), IpPrefix.parse("::/0"));
    assertThat(OutsideAddress.guess(everything)).isEmpty();
  }
}
