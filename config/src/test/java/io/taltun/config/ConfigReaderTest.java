package io.taltun.config;

import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.valid;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
  static final String WHOLE =
      keys(
          """
          interface:
            name: tal0
            private-key: OWN_PRIVATE
            address: [10.99.0.1/24, "fd99::1/64"]
            listen-port: 51820
            mtu: 1420                          # or auto
            routes: [192.168.50.7/24]
            route-table: main
            fwmark: 0x1f
            workers: auto
          peers:
            - name: office
              public-key: PEER_A
              preshared-key: A_PSK
              endpoint: vpn.example.org:51820
              allowed-ips: [10.99.0.2/32, 192.168.50.0/24]
            - name: Alice's phone
              public-key: PEER_B
              allowed-ips: [10.99.0.3, "fd99:0:0::3", "::ffff:10.1.2.3/120", fd98::1/64]
              persistent-keepalive: 2m
          tuning:
            rekey-after-bytes: 512MiB
            tun-tso: auto
            tun-uso: off
            tun-gro: off
            udp-gso: 'auto'
            udp-gro: "off"
            aead: split
            pinning: on
          relay:
            enabled: true
          metrics:
            listen: '[::1]:9587'
          clients:
            endpoint: "[2001:db8::1]:51820"
            allowed-ips: [10.99.0.0/24, 192.168.50.7/24]
            dns: [10.99.0.1, "fd99::1", lan.example.org]
            mtu: 1380
            persistent-keepalive: off
          """);

  @Test
  void shouldReadEveryKey() {
    TaltunConfig config = valid(Samples.parse(WHOLE));

    InterfaceConfig iface = config.iface();
    assertThat(iface.name()).isEqualTo("tal0");
    assertThat(iface.privateKey()).isEqualTo(Samples.OWN);
    assertThat(iface.addresses())
        .map(IpPrefix::toString)
        .containsExactly("10.99.0.1/24", "fd99::1/64");
    assertThat(iface.listenPort()).isEqualTo(51820);
    assertThat(iface.mtu()).isEqualTo(new Mtu(1420));
    assertThat(iface.routes()).map(IpPrefix::toString).containsExactly("192.168.50.0/24");
    assertThat(iface.routeTable()).isEqualTo(RouteTable.MAIN);
    assertThat(iface.fwmark()).isEqualTo(0x1f);
    assertThat(iface.workers()).isEqualTo(Workers.AUTO);
    assertThat(config.tuning().rekeyAfterBytes()).isEqualTo(512L << 20);
    assertThat(config.tuning().offloads())
        .isEqualTo(new Offloads(Offload.AUTO, Offload.OFF, Offload.OFF, Offload.AUTO, Offload.OFF));
    assertThat(config.tuning().aead()).isEqualTo(AeadConstruction.SPLIT);
    assertThat(config.tuning().pinning()).isEqualTo(Pinning.ON);
    assertThat(config.relay().enabled()).isTrue();
    assertThat(config.metrics().listen()).isEqualTo(new HostPort("::1", 9587));
    assertThat(config.clients())
        .isEqualTo(
            new Clients(
                HostPort.parse("[2001:db8::1]:51820"),
                List.of(IpPrefix.parse("10.99.0.0/24"), IpPrefix.parse("192.168.50.0/24")),
                List.of("10.99.0.1", "fd99::1", "lan.example.org"),
                new Mtu(1380),
                Duration.ZERO));
    assertThat(config.source()).isEqualTo(Samples.FILE);

    PeerConfig office = config.peers().getFirst();
    assertThat(office.name()).isEqualTo("office");
    assertThat(office.publicKey().toBase64()).isEqualTo(Samples.PEER_A);
    assertThat(office.presharedKey().toBase64()).isEqualTo(Samples.PSK);
    assertThat(office.endpoint()).isEqualTo(new HostPort("vpn.example.org", 51820));
    assertThat(office.persistentKeepalive()).isEqualTo(Duration.ofSeconds(10));

    PeerConfig phone = config.peers().getLast();
    assertThat(phone.name()).isEqualTo("Alice's phone");
    assertThat(phone.presharedKey().isNone()).isTrue();
    assertThat(phone.endpoint()).isNull();
    assertThat(phone.allowedIps())
        .map(IpPrefix::toString)
        .containsExactly("10.99.0.3/32", "fd99::3/128", "10.1.2.0/24", "fd98::/64");
    assertThat(phone.persistentKeepalive()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void shouldFillInDefaultsWhenOnlyKeysAreGiven() {
    TaltunConfig config =
        valid(
            Samples.parse(
                keys(
                    """
                    interface: {private-key: OWN_PRIVATE}
                    peers:
                      - public-key: PEER_A
                    """)));

    InterfaceConfig iface = config.iface();
    assertThat(iface.name()).isEqualTo("tal0");
    assertThat(iface.addresses()).isEmpty();
    assertThat(iface.listenPort()).isZero();
    assertThat(iface.mtu().resolve()).isEqualTo(1420);
    assertThat(iface.routes()).isEmpty();
    assertThat(iface.routeTable()).isEqualTo(RouteTable.MAIN);
    assertThat(iface.fwmark()).isZero();
    assertThat(iface.workers().resolve(2)).isEqualTo(2);
    assertThat(config.tuning().rekeyAfterBytes()).isEqualTo(1L << 30);
    assertThat(config.tuning()).isEqualTo(Tuning.DEFAULT);
    assertThat(config.tuning().offloads()).isEqualTo(Offloads.AUTO);
    assertThat(config.tuning().aead()).isEqualTo(AeadConstruction.AUTO);
    assertThat(config.tuning().pinning()).isEqualTo(Pinning.AUTO);
    assertThat(config.relay().enabled()).isFalse();
    assertThat(config.metrics()).hasToString("127.0.0.1:9586");
    assertThat(config.clients()).isEqualTo(Clients.DEFAULT);
    assertThat(config.peers().getFirst().name()).isEqualTo("peer-1");
    assertThat(config.peers().getFirst().persistentKeepalive()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tun-tso", "tun-uso", "tun-gro", "udp-gso", "udp-gro"})
  void shouldSwitchOffOneOffloadOnlyWhenItsKeySaysSo(String key) {
    String file = keys("interface: {private-key: OWN_PRIVATE}\ntuning: {%s: off}\n".formatted(key));
    Offloads offloads = valid(Samples.parse(file)).tuning().offloads();

    Map<String, Offload> byKey =
        Map.of(
            "tun-tso", offloads.tunTso(),
            "tun-uso", offloads.tunUso(),
            "tun-gro", offloads.tunGro(),
            "udp-gso", offloads.udpGso(),
            "udp-gro", offloads.udpGro());
    assertThat(byKey)
        .allSatisfy(
            (name, state) ->
                assertThat(state)
                    .as(name)
                    .isEqualTo(name.equals(key) ? Offload.OFF : Offload.AUTO));
  }

  @Test
  void shouldTakeEmptySectionsAndListsAsAbsent() {
    TaltunConfig config =
        valid(
            Samples.parse(
                keys(
                    "interface: {private-key: OWN_PRIVATE, routes: }\n"
                        + "peers:\n"
                        + "tuning: ~\n"
                        + "relay:\n"
                        + "metrics:\n")));

    assertThat(config.peers()).isEmpty();
  }

  @Test
  void shouldServeNoMetricsWhenTheyAreOff() {
    String file = keys("interface: {private-key: OWN_PRIVATE}\nmetrics: {listen: off}\n");

    assertThat(valid(Samples.parse(file)).metrics().enabled()).isFalse();
  }

  @Test
  void shouldReadTheWholeFormatWhenQuotedOrInFlowStyle() {
    String yaml =
        "\uFEFF{'interface': {\"private-key\": '%s', 'listen-port': \"7\", mtu: auto, workers: 4,"
            + " route-table: 51820, fwmark: 7}, peers: []}";
    InterfaceConfig iface = valid(Samples.parse(yaml.formatted(Samples.OWN_PRIVATE))).iface();

    assertThat(iface.listenPort()).isEqualTo(7);
    assertThat(iface.mtu().isAuto()).isTrue();
    assertThat(iface.workers().count()).isEqualTo(4);
    assertThat(iface.routeTable().id()).isEqualTo(51820);
    assertThat(iface.fwmark()).isEqualTo(7);
  }

  @Test
  void shouldNotShowSecretsWhenPrinted() {
    assertThat(valid(Samples.parse(WHOLE)).toString())
        .doesNotContain(Samples.OWN_PRIVATE)
        .doesNotContain(Samples.PSK);
  }

  @Test
  void shouldReadTenThousandPeers() {
    StringBuilder yaml = new StringBuilder(keys("interface: {private-key: OWN_PRIVATE}\npeers:\n"));
    for (int i = 0; i < 10_000; i++) {
      yaml.append("  - name: peer number ").append(i).append("\n    public-key: ");
      yaml.append(Samples.peerKey(1000 + i)).append("\n    allowed-ips: [10.");
      yaml.append(i >> 8).append('.').append(i & 255).append(".0/24, \"fd00::");
      yaml.append(Integer.toHexString(i)).append(":0/112\"]\n");
      yaml.append("    endpoint: 192.0.2.1:").append(i + 1).append('\n');
    }

    List<PeerConfig> peers = valid(Samples.parse(yaml.toString())).peers();

    assertThat(peers).hasSize(10_000);
    assertThat(peers.getLast().allowedIps().getLast()).hasToString("fd00::270f:0/112");
  }
}
