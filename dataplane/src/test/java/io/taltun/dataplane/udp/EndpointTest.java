package io.taltun.dataplane.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "255.255.255.255, 255.255.255.255",
    "::, [::]",
    "::1, [::1]",
    "2001:db8::, [2001:db8::]",
    "2001:DB8:0:0:1:0:0:1, [2001:db8::1:0:0:1]",
    "2001:0:0:1:0:0:0:1, [2001:0:0:1::1]",
    "1:0:2:3:4:5:6:7, [1:0:2:3:4:5:6:7]",
    "1:2:3:4:5:6:0:0, [1:2:3:4:5:6::]",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]",
  })
  void shouldComeBackFromSocketAddressWhenConverted(String address, String text) throws Exception {
    InetSocketAddress socketAddress = new InetSocketAddress(InetAddress.getByName(address), 51820);
    Endpoint endpoint = Endpoint.of(socketAddress);

    assertThat(endpoint).hasToString(text + ":51820");
    assertThat(endpoint.toSocketAddress()).isEqualTo(socketAddress);
    assertThat(endpoint).isEqualTo(Endpoint.of(endpoint.toSocketAddress()));
    assertThat(endpoint).hasSameHashCodeAs(Endpoint.of(socketAddress));
  }

  @Test
  void shouldDifferWhenAnyPartDiffers() {
    Endpoint endpoint = Endpoint.ofIpv6(1, 2, 3, 4);

    assertThat(endpoint)
        .isNotEqualTo(Endpoint.ofIpv6(9, 2, 3, 4))
        .isNotEqualTo(Endpoint.ofIpv6(1, 9, 3, 4))
        .isNotEqualTo(Endpoint.ofIpv6(1, 2, 9, 4))
        .isNotEqualTo(Endpoint.ofIpv6(1, 2, 3, 9));
    assertThat(Endpoint.ofIpv4(1, 5)).isNotEqualTo(Endpoint.ofIpv6(0, 1, 5, 0));
  }

  @Test
  void shouldKeepScopeWhenLinkLocal() throws Exception {
    byte[] address = InetAddress.getByName("fe80::1").getAddress();
    InetSocketAddress scoped =
        new InetSocketAddress(Inet6Address.getByAddress(null, address, 2), 1);

    assertThat(Endpoint.of(scoped).scopeId()).isEqualTo(2);
    assertThat(Endpoint.of(scoped)).hasToString("[fe80::1%2]:1");
    assertThat(((Inet6Address) Endpoint.of(scoped).toSocketAddress().getAddress()).getScopeId())
        .isEqualTo(2);
  }

  @Test
  void shouldBeIpv4WhenMapped() {
    assertThat(Endpoint.ofIpv6(0, 0xffff_c000_0201L, 7, 0))
        .isEqualTo(Endpoint.ofIpv4(0xc000_0201, 7));
  }

  @Test
  void shouldCarryAddressAndPortWhenMacInput() {
    assertThat(Endpoint.ofIpv4(0xc000_0201, 51820).macInput())
        .containsExactly(192, 0, 2, 1, 0xca, 0x6c);
    assertThat(Endpoint.ofIpv6(0x2001_0db8_0000_0000L, 1, 1, 0).macInput())
        .containsExactly(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1);
  }

  @Test
  void shouldRefuseWhenUnresolvedOrPortOutOfRange() {
    assertThatThrownBy(() -> Endpoint.of(InetSocketAddress.createUnresolved("nowhere", 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Endpoint.ofIpv4(1, 65536))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
