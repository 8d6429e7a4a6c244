package io.taltun.config;

import static io.taltun.config.Samples.errors;
import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.valid;
import static io.taltun.config.Samples.warnings;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WgQuickTest {
  private static final Path FILE = Path.of("wg0.conf");

  static final String WHOLE =
      keys(
          """
          # The gateway at home
          [Interface]
          PrivateKey = OWN_PRIVATE
          address = 10.99.0.1/24,fd99::1/64   # two
          Address = 10.98.0.1
          ListenPort = 51820
          MTU = 1400
          Table = 1234
          FwMark = 0xca6c
          DNS = 1.1.1.1, example.org
          PreUp = iptables -A FORWARD -i %i -j ACCEPT
          SaveConfig = false

          ### Client Alice's phone
          [peer]
          PublicKey=PEER_A
          PresharedKey =A_PSK
          ENDPOINT = [2001:db8::1]:51820
          AllowedIPs = 10.99.0.2/24, fd99::2/128,
          AllowedIPs = 0.0.0.0/0,10.99.0.0/24
          PersistentKeepalive = 25

          [Peer]
          # Endpoint = old.example.org:1
          # Name = office
          PublicKey = PEER_B
          """);

  @Test
  void shouldReadEveryKey() {
    ConfigResult result = parse(WHOLE);
    TaltunConfig config = valid(result);

    InterfaceConfig iface = config.iface();
    assertThat(iface.name()).isEqualTo("wg0");
    assertThat(iface.privateKey()).isEqualTo(Samples.OWN);
    assertThat(iface.addresses())
        .map(IpPrefix::toString)
        .containsExactly("10.99.0.1/24", "fd99::1/64", "10.98.0.1/32");
    assertThat(iface.listenPort()).isEqualTo(51820);
    assertThat(iface.mtu().bytes()).isEqualTo(1400);
    assertThat(iface.routeTable().id()).isEqualTo(1234);
    assertThat(iface.fwmark()).isEqualTo(0xca6c);

    PeerConfig phone = config.peers().getFirst();
    assertThat(phone.name()).isEqualTo("Alice's phone");
    assertThat(phone.presharedKey().toBase64()).isEqualTo(Samples.PSK);
    assertThat(phone.endpoint()).hasToString("[2001:db8::1]:51820");
    assertThat(phone.allowedIps())
        .map(IpPrefix::toString)
        .containsExactly("10.99.0.0/24", "fd99::2/128", "0.0.0.0/0");
    assertThat(phone.persistentKeepalive()).isEqualTo(Duration.ofSeconds(25));

    PeerConfig office = config.peers().getLast();
    assertThat(office.name()).isEqualTo("office");
    assertThat(office.persistentKeepalive()).isZero();

    assertThat(warnings(result))
        .containsExactly(
            "wg0.conf:10:1: DNS has no counterpart and is left out: `1.1.1.1, example.org`",
            "wg0.conf:11:1: PreUp has no counterpart and is left out:"
                + " `iptables -A FORWARD -i %i -j ACCEPT`");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "# x|x",
        "### Client laptop|laptop",
        "# BEGIN_PEER phone|phone",
        "# friendly_name = db server|db server",
        "# Name: Bob|Bob",
        "#kitchen/tv|kitchen-tv",
        "# PublicKey = old|peer-1",
        "# END_PEER a|peer-1",
        "#|peer-1",
        "# ---|peer-1"
      })
  void shouldNameThePeerWhenACommentDoes(String comment, String name) {
    String iface = "[Interface]\nPrivateKey = OWN_PRIVATE\n";
    for (String peer :
        new String[] {
          comment + "\n[Peer]\nPublicKey = PEER_A\n",
          "[Peer] " + comment + "\nPublicKey = PEER_A\n",
          "[Peer]\n" + comment + "\nPublicKey = PEER_A\n"
        }) {
      assertThat(valid(parse(keys(iface + peer))).peers().getFirst().name()).isEqualTo(name);
    }
  }

  @Test
  void shouldKeepNamesApartWhenCommentsRepeat() {
    String peers = "# x\n[Peer]\nPublicKey = PEER_A\n# x\n[Peer]\nPublicKey = PEER_B\n";

    assertThat(valid(parse(keys("[Interface]\nPrivateKey = OWN_PRIVATE\n" + peers))).peers())
        .map(PeerConfig::name)
        .containsExactly("x", "x-2");
  }

  @Test
  void shouldReportEverythingAtOnceWhenMuchIsWrong() {
    String file =
        """
        ListenPort = 1
        [Interface]
        PrivateKey = short
        Adress = 10.0.0.1/24
        MTU = 100
        ListenPort = 1
        ListenPort = 2
        Table = mine
        nonsense
        Address = 10.99.0.1/24,  10.0.0.300
        [Wires]
        Cut = all
        [Peer]
        Endpoint = nowhere
        AllowedIPs = 10.99.0.1/32
        DNS = 1.1.1.1
        PersistentKeepalive = 25s
        [Peer]
        PublicKey =
        PublicKey = PEER_A
        AllowedIPs = 10.99.0.1/32
        """;

    assertThat(errors(parse(keys(file))))
        .containsExactly(
            "wg0.conf:1:1: this stands before any section; put [Interface] above it",
            "wg0.conf:3:14: PrivateKey: a key is 44 base64 characters, these are 5",
            "wg0.conf:4:1: unknown key `Adress` in [Interface]; did you mean Address?",
            "wg0.conf:5:7: MTU: `100` is not a whole number from 576 to 65535, or auto",
            "wg0.conf:7:1: ListenPort stands twice, first on line 6; keep one",
            "wg0.conf:8:9: Table: `mine` is not a whole number from 1 to 4294967295, main or off",
            "wg0.conf:9:1: this is not KEY = VALUE; correct it or put # before it",
            "wg0.conf:10:26: Address: `10.0.0.300` is not an IP address or prefix; write it like"
                + " 10.99.0.0/24 or \"fd99::/64\"",
            "wg0.conf:11:1: `[Wires]` is no section; known are [Interface] and [Peer]",
            "wg0.conf:13:1: PublicKey is missing in [Peer]; add it",
            "wg0.conf:14:12: Endpoint: `nowhere` is not HOST:PORT; write it like"
                + " vpn.example.org:51820, 192.0.2.1:51820 or \"[2001:db8::1]:51820\"",
            "wg0.conf:15:14: 10.99.0.1/32 is the gateway's own address on line 10; give the peer"
                + " another",
            "wg0.conf:16:1: unknown key `DNS` in [Peer]; known here are PublicKey, PresharedKey,"
                + " Endpoint, AllowedIPs, PersistentKeepalive",
            "wg0.conf:17:23: PersistentKeepalive: `25s` is not a whole number from 0 to 65535",
            "wg0.conf:19:12: PublicKey: a value is missing; give one or remove the line",
            "wg0.conf:20:1: PublicKey stands twice, first on line 19; keep one",
            "wg0.conf:21:14: 10.99.0.1/32 is the gateway's own address on line 10; give the peer"
                + " another",
            "wg0.conf:21:14: 10.99.0.1/32 is already routed to `peer-1` on line 15; a prefix"
                + " belongs to one peer, remove one");
    assertThat(errors(parse("")))
        .containsExactly("wg0.conf:1:1: [Interface] is missing; is this a wg-quick file?");
    assertThat(errors(parse("[Interface]\nMTU = 1279\nAddress = ::1\n")))
        .containsExactly(
            "wg0.conf:1:1: PrivateKey is missing in [Interface]; add it",
            "wg0.conf:2:7: MTU: IPv6 needs at least 1280; raise it or remove the IPv6 address");
  }

  /** Trap 25, on import. */
  @Test
  void shouldRefuseAPeerWhenItHasOurOwnKey() {
    String file = "[Interface]\nPrivateKey = OWN_PRIVATE\n[Peer]\nPublicKey = OWN_PUBLIC\n";

    assertThat(errors(parse(keys(file))))
        .singleElement()
        .asString()
        .startsWith("wg0.conf:4:13: this is the gateway's own public key;");
  }

  @Test
  void shouldReadItsOwnTextBack() {
    TaltunConfig config = valid(parse(WHOLE));

    assertThat(valid(parse(WgQuick.write(config)))).isEqualTo(config);
  }

  @Test
  void shouldSayWhatIsLeftOutWhenWriting() {
    String text = WgQuick.write(valid(Samples.parse(ConfigReaderTest.WHOLE)));

    assertThat(text)
        .isEqualTo(
            keys(
                """
                [Interface]
                # Not carried over: routes 192.168.50.0/24
                # Not carried over: rekey-after-bytes 512MiB
                # Not carried over: tun-uso off
                # Not carried over: tun-gro off
                # Not carried over: udp-gro off
                # Not carried over: aead split
                # Not carried over: pinning on
                # Not carried over: relay
                # Not carried over: metrics [::1]:9587
                # Not carried over: clients
                PrivateKey = OWN_PRIVATE
                Address = 10.99.0.1/24, fd99::1/64
                ListenPort = 51820
                MTU = 1420
                FwMark = 0x1f

                [Peer]
                # Name = office
                PublicKey = PEER_A
                PresharedKey = A_PSK
                Endpoint = vpn.example.org:51820
                AllowedIPs = 10.99.0.2/32, 192.168.50.0/24
                PersistentKeepalive = 10

                [Peer]
                # Name = Alice's phone
                PublicKey = PEER_B
                AllowedIPs = 10.99.0.3/32, fd99::3/128, 10.1.2.0/24, fd98::/64
                PersistentKeepalive = 120
                """));
  }

  private static ConfigResult parse(String text) {
    return WgQuick.parse(text, FILE, Samples.X);
  }
}
