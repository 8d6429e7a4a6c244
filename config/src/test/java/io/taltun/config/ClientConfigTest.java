package io.taltun.config;

import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientConfigTest {
  private static final ClientConfig WHOLE =
      client(
          Samples.OWN,
          List.of("10.99.0.1", "lan.example"),
          new Mtu(1380),
          PresharedKey.ofBase64(Samples.PSK),
          Duration.ofSeconds(25));

  private static ClientConfig client(
      PrivateKey privateKey, List<String> dns, Mtu mtu, PresharedKey psk, Duration keepalive) {
    return new ClientConfig(
        privateKey,
        PublicKey.ofBase64(Samples.OWN_PUBLIC),
        List.of(IpPrefix.parse("10.99.0.2"), IpPrefix.parse("fd99::2")),
        dns,
        mtu,
        PublicKey.ofBase64(Samples.PEER_A),
        psk,
        List.of(IpPrefix.parse("10.99.0.0/24"), IpPrefix.parse("::/0")),
        HostPort.parse("[2001:db8::1]:51820"),
        keepalive);
  }

  @Test
  void shouldWriteWhatWgQuickReads() {
    assertThat(WHOLE.toWgQuick())
        .isEqualTo(
            keys(
                """
                [Interface]
                PrivateKey = OWN_PRIVATE
                Address = 10.99.0.2/32, fd99::2/128
                DNS = 10.99.0.1, lan.example
                MTU = 1380

                [Peer]
                PublicKey = PEER_A
                PresharedKey = A_PSK
                AllowedIPs = 10.99.0.0/24, ::/0
                Endpoint = [2001:db8::1]:51820
                PersistentKeepalive = 25
                """));
    TaltunConfig read = valid(WgQuick.parse(WHOLE.toWgQuick(), Path.of("wg0.conf"), Samples.X));
    assertThat(read.iface().privateKey()).isEqualTo(Samples.OWN);
    assertThat(read.iface().addresses()).isEqualTo(WHOLE.addresses());
    assertThat(read.peers().getFirst().allowedIps()).isEqualTo(WHOLE.allowedIps());
  }

  @Test
  void shouldLeaveOutWhatIsNotSet() {
    ClientConfig client = client(null, List.of(), Mtu.AUTO, PresharedKey.none(), Duration.ZERO);
    assertThat(client.toWgQuick())
        .isEqualTo(
            keys(
                """
                [Interface]
                # PrivateKey = the one that belongs to OWN_PUBLIC
                Address = 10.99.0.2/32, fd99::2/128

                [Peer]
                PublicKey = PEER_A
                AllowedIPs = 10.99.0.0/24, ::/0
                Endpoint = [2001:db8::1]:51820
                """));
  }

  @Test
  void shouldShowNoKeyAsText() {
    assertThat(WHOLE.toString()).doesNotContain(Samples.OWN_PRIVATE, Samples.PSK);
  }
}
