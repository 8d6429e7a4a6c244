package io.taltun.config;

import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.parse;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigErrorsTest {
  /** A line of {@code interface} (3:3) and what is said about it. */
  static Stream<Arguments> interfaceLines() {
    return Stream.of(
        wrong(
            "listen_port: 1",
            "3:3: unknown key `listen_port` in `interface`; did you mean `listen-port`?"),
        wrong(
            "ListenPort: 1",
            "3:3: unknown key `ListenPort` in `interface`; did you mean `listen-port`?"),
        wrong(
            "endpoint: a:1",
            "3:3: unknown key `endpoint` in `interface`; it belongs to an entry of `peers`"),
        wrong(
            "zzz: 1",
            "3:3: unknown key `zzz` in `interface`; known here are name, private-key,"
                + " private-key-file, address, listen-port, mtu, mss-clamp, routes, route-table,"
                + " fwmark, workers"),
        wrong("private-key: x", "3:3: `private-key` stands twice, first on line 2; keep one"),
        wrong(
            "private-key-file: x",
            "3:3: `private-key` on line 2 gives the key already; keep one of the two"),
        wrong("? [name]\n  : x", "3:5: a key must be a word, this is a list; check the brackets"),
        wrong("name:", "3:3: name: a value is missing; give one or remove the key"),
        wrong("name: ''", "3:3: name: a value is missing; give one or remove the key"),
        wrong("name: [tal0]", "3:9: name: a single value is expected, this is a list"),
        wrong("name: {a: b}", "3:9: name: a single value is expected, this is a mapping"),
        wrong(
            "name: sixteen-letters-",
            "3:9: name: `sixteen-letters-` cannot name a device; use 1 to 15 letters, digits and _"
                + " = + . -"),
        wrong(
            "name: ..",
            "3:9: name: `..` cannot name a device; use 1 to 15 letters, digits and _ = + . -"),
        wrong(
            "name: a/b",
            "3:9: name: `a/b` cannot name a device; use 1 to 15 letters, digits and _ = + . -"),
        wrong(
            "name: tün",
            "3:9: name: `tün` cannot name a device; use 1 to 15 letters, digits and _ = + . -"),
        wrong(
            "address: 10.0.0.1/24",
            "3:12: address: a list is expected, this is a single value; write [10.0.0.1/24]"),
        wrong(
            "address: {a: b}",
            "3:12: address: a list is expected, this is a mapping; start each item with a dash"),
        wrong(
            "address: [[10.0.0.1/24]]",
            "3:13: address: a single value is expected, this is a list; check the brackets"),
        wrong(
            "address: [10.0.0.1/33]",
            "3:13: address: `10.0.0.1/33` needs a prefix length from 0 to 32"),
        wrong(
            "address: [10.0.0.1/024]",
            "3:13: address: `10.0.0.1/024` needs a prefix length from 0 to 32"),
        wrong(
            "address: ['::ffff:10.0.0.1/24']",
            "3:13: address: `::ffff:10.0.0.1/24` needs a prefix length from 96 to 128"),
        wrong(
            "address: [10.0.0.1/24, 10.0.0.1/32]",
            "3:26: 10.0.0.1 is claimed twice, first on line 3; remove one"),
        wrong(
            "address: [example.org]",
            "3:13: address: `example.org` is not an IP address or prefix; write it like"
                + " 10.99.0.0/24 or \"fd99::/64\""),
        wrong(
            "address: [fe80::1%lo/64]",
            "3:13: address: `fe80::1%lo/64` is not an IP address or prefix; write it like"
                + " 10.99.0.0/24 or \"fd99::/64\""),
        wrong(
            "routes: [10.0.0.0/8, 10.1.2.3/8]",
            "3:24: 10.0.0.0/8 is routed twice, first on line 3; remove one"));
  }

  /** The same for numbers. */
  static Stream<Arguments> interfaceNumbers() {
    return Stream.of(
        wrong(
            "listen-port: 65536",
            "3:16: listen-port: `65536` is not a whole number from 0 to 65535"),
        wrong("listen-port: -1", "3:16: listen-port: `-1` is not a whole number from 0 to 65535"),
        wrong(
            "listen-port: 0x10", "3:16: listen-port: `0x10` is not a whole number from 0 to 65535"),
        wrong(
            "listen-port: 1_000",
            "3:16: listen-port: `1_000` is not a whole number from 0 to 65535"),
        wrong("listen-port: 010", "3:16: listen-port: `010` is not a whole number from 0 to 65535"),
        wrong(
            "listen-port: 22:22",
            "3:16: listen-port: `22:22` is not a whole number from 0 to 65535"),
        wrong("mtu: 575", "3:8: mtu: `575` is not a whole number from 576 to 65535, or auto"),
        wrong("mtu: 65536", "3:8: mtu: `65536` is not a whole number from 576 to 65535, or auto"),
        wrong(
            "mtu: 1279\n  address: ['fd99::1/64']",
            "3:8: mtu: IPv6 needs at least 1280; raise it or remove the IPv6 address"),
        wrong(
            "route-table: none",
            "3:16: route-table: `none` is not a whole number from 1 to 4294967295, main or off"),
        wrong(
            "fwmark: 0x100000000",
            "3:11: fwmark: `0x100000000` is not a whole number from 0 to 4294967295, decimal or"
                + " like 0x1f"),
        wrong("workers: 257", "3:12: workers: `257` is not a whole number from 1 to 256, or auto"),
        wrong("workers: 0", "3:12: workers: `0` is not a whole number from 1 to 256, or auto"));
  }

  @ParameterizedTest
  @MethodSource({"interfaceLines", "interfaceNumbers"})
  void shouldNameThePlaceWhenALineOfTheInterfaceIsWrong(String line, String message) {
    assertErrors("interface:\n  private-key: OWN_PRIVATE\n  " + line + "\n", message);
  }

  /** A line of the second peer (7:5) and what is said about it. */
  static Stream<Arguments> peerLines() {
    return Stream.of(
        wrong("publickey: x", "7:5: unknown key `publickey` in a peer; did you mean `public-key`?"),
        wrong("mtu: 1420", "7:5: unknown key `mtu` in a peer; it belongs to `interface`"),
        wrong("name: a", "7:11: the name `a` is taken by the peer on line 4; choose another"),
        wrong(
            "name: \"a\\nb\"",
            "7:11: name: `a?b` cannot name a peer; use up to 64 letters, digits, blanks and . _ @ +"
                + " ' ( ) -, a letter or digit first"),
        wrong(
            "preshared-key: abc",
            "7:20: preshared-key: a key is 44 base64 characters, these are 3"),
        wrong(
            "endpoint: vpn.example.org",
            "7:15: endpoint: `vpn.example.org` is not HOST:PORT; write it like"
                + " vpn.example.org:51820, 192.0.2.1:51820 or \"[2001:db8::1]:51820\""),
        wrong(
            "endpoint: 2001:db8::1:51820",
            "7:15: endpoint: `2001:db8::1:51820` is not HOST:PORT; write it like"
                + " vpn.example.org:51820, 192.0.2.1:51820 or \"[2001:db8::1]:51820\""),
        wrong(
            "endpoint: a:0", "7:15: endpoint: the port `0` is not a whole number from 1 to 65535"),
        wrong(
            "endpoint: 300.1.1.1:1",
            "7:15: endpoint: `300.1.1.1` is neither a host name nor an IP address"),
        wrong(
            "endpoint: a..b:1", "7:15: endpoint: `a..b` is neither a host name nor an IP address"),
        wrong(
            "endpoint: '[1.2.3.4]:1'",
            "7:15: endpoint: `1.2.3.4` between the brackets is not an IPv6 address"),
        wrong(
            "allowed-ips: [10.0.0.9/8]",
            "7:19: 10.0.0.0/8 is already routed to `a` on line 5; a prefix belongs to one peer,"
                + " remove one"),
        wrong(
            "allowed-ips: [10.2.0.0/16, 10.2.0.1/16]",
            "7:32: 10.2.0.0/16 is already routed to this peer on line 7; a prefix belongs to one"
                + " peer, remove one"),
        wrong(
            "allowed-ips: [10.99.0.1]",
            "7:19: 10.99.0.1/32 is the gateway's own address on line 1; give the peer another"),
        wrong(
            "persistent-keepalive: 25",
            "7:27: persistent-keepalive: `25` is not a duration with its unit like 25s or 2m, or"
                + " off"),
        wrong(
            "persistent-keepalive: 500ms",
            "7:27: persistent-keepalive: `500ms` is not a duration with its unit like 25s or 2m, or"
                + " off"),
        wrong(
            "persistent-keepalive: 0s",
            "7:27: persistent-keepalive: `0s` is out of range; 1s to 65535s, or off"),
        wrong(
            "persistent-keepalive: 19h",
            "7:27: persistent-keepalive: `19h` is out of range; 1s to 65535s, or off"));
  }

  @ParameterizedTest
  @MethodSource("peerLines")
  void shouldNameThePlaceWhenALineOfAPeerIsWrong(String line, String message) {
    assertErrors(
        """
        interface: {private-key: OWN_PRIVATE, address: [10.99.0.1/24]}
        peers:
          - public-key: PEER_A
            name: a
            allowed-ips: [10.0.0.0/8]
          - public-key: PEER_B
            %s
        """
            .formatted(line),
        message);
  }

  /** A line of {@code tuning} (3:3) and what is said about it. */
  static Stream<Arguments> tuningLines() {
    return Stream.of(
        wrong("udp-gsp: off", "3:3: unknown key `udp-gsp` in `tuning`; did you mean `udp-gso`?"),
        wrong("tunTso: off", "3:3: unknown key `tunTso` in `tuning`; did you mean `tun-tso`?"),
        wrong("workers: 1", "3:3: unknown key `workers` in `tuning`; it belongs to `interface`"),
        wrong(
            "turbo: on",
            "3:3: unknown key `turbo` in `tuning`; known here are rekey-after-bytes, tun-tso,"
                + " tun-uso, tun-gro, udp-gso, udp-gro, aead, pinning, receive-buffer,"
                + " send-buffer, tun-queue"),
        wrong(
            "tun-tso: off\n  tun-tso: off",
            "4:3: `tun-tso` stands twice, first on line 3; keep one"),
        wrong("tun-tso:", "3:3: tun-tso: a value is missing; give one or remove the key"),
        wrong("tun-tso: [off]", "3:12: tun-tso: a single value is expected, this is a list"),
        wrong("tun-tso: on", "3:12: tun-tso: `on` is not auto or off"),
        wrong("tun-uso: false", "3:12: tun-uso: `false` is not auto or off"),
        wrong("tun-gro: OFF", "3:12: tun-gro: `OFF` is not auto or off"),
        wrong("udp-gso: 0", "3:12: udp-gso: `0` is not auto or off"),
        wrong("udp-gro: 'no'", "3:12: udp-gro: `no` is not auto or off"),
        wrong("aead: evp", "3:9: aead: `evp` is not auto, fused, split or direct"),
        wrong("pinning: true", "3:12: pinning: `true` is not auto, on or off"),
        wrong(
            "receive-buffer: 4", "3:19: receive-buffer: `4` is not a size with its unit like 4MiB"),
        wrong(
            "send-buffer: 1GiB",
            "3:16: send-buffer: `1GiB` is out of range; 64KiB to less than 1GiB"),
        wrong("tun-queue: 8", "3:14: tun-queue: `8` is not a whole number from 16 to 65535"));
  }

  @ParameterizedTest
  @MethodSource("tuningLines")
  void shouldNameThePlaceWhenALineOfTheTuningIsWrong(String line, String message) {
    assertErrors("interface: {private-key: OWN_PRIVATE}\ntuning:\n  " + line + "\n", message);
  }

  @Test
  void shouldNameTheSectionWhenATuningKeyStandsInTheInterface() {
    assertErrors(
        "interface: {private-key: OWN_PRIVATE, pinning: off}\n",
        "1:%d: unknown key `pinning` in `interface`; it belongs to `tuning`"
            .formatted("interface: {private-key: , ".length() + Samples.OWN_PRIVATE.length() + 1));
  }

  /** Sections of hooks and what is said about them. */
  static Stream<Arguments> hooks() {
    String iface = "interface: {private-key: OWN_PRIVATE}\n";
    return Stream.of(
        wrong(
            iface + "hooks: {on-start: x}\n",
            "2:9: unknown key `on-start` in `hooks`; known here are on-up, on-down,"
                + " on-peer-online, on-peer-offline, timeout"),
        wrong(
            iface + "hooks: {on-up: ['']}\n", "2:17: on-up: the program is missing; name it first"),
        wrong(
            iface + "hooks: {on-up: {a: b}}\n",
            "2:16: on-up: a single value is expected, this is a mapping"),
        wrong(
            iface + "hooks: {on-up: }\n",
            "2:9: on-up: a value is missing; give one or remove the key"),
        wrong(iface + "hooks: {timeout: 6m}\n", "2:18: timeout: `6m` is out of range; 1s to 5m"),
        wrong(
            iface + "hooks: {timeout: 10}\n",
            "2:18: timeout: `10` is not a duration with its unit like 10s or 1m"));
  }

  @ParameterizedTest
  @MethodSource("hooks")
  void shouldNameThePlaceWhenAHookIsWrong(String yaml, String message) {
    assertErrors(yaml, message);
  }

  /** Whole files and what is said about them. */
  static Stream<Arguments> files() {
    String iface = "interface: {private-key: OWN_PRIVATE}\n";
    return Stream.of(
        wrong("", "1:1: the file is empty; it needs `interface` with `private-key-file`"),
        wrong(
            "# nothing\n", "1:1: the file is empty; it needs `interface` with `private-key-file`"),
        wrong("---\n", "1:1: the file is empty; it needs `interface` with `private-key-file`"),
        wrong(
            "hello\n",
            "1:1: the file must be a mapping with keys like `interface:`, this is a single value"),
        wrong(
            "- a\n", "1:1: the file must be a mapping with keys like `interface:`, this is a list"),
        wrong("peers: []\n", "1:1: `interface` is missing; it holds the gateway's own key"),
        wrong("interface:\n", "1:1: `interface` is missing; it holds the gateway's own key"),
        wrong(
            "interface: x\n",
            "1:12: `interface` must be a mapping with keys like `name:`, this is a single value"),
        wrong(
            "interface: {name: a}\n",
            "1:12: a key is missing in `interface`; add `private-key-file: FILE` (made by `taltun"
                + " genkey`) or `private-key: BASE64`"),
        wrong(
            "interface: {private-key: 'AA=='}\n",
            "1:26: private-key: a key is 44 base64 characters, these are 4"),
        wrong(
            "interface: {private-key: '" + "?".repeat(44) + "'}\n",
            "1:26: private-key: a key is base64; this text is not"),
        wrong(
            "interface: {private-key-file: no/such}\n",
            "1:31: private-key-file: `no/such` does not exist; make it with `umask 077; taltun"
                + " genkey > FILE`"),
        wrong(
            "interface: {private-key-file: \"a\\0b\"}\n",
            "1:31: private-key-file: `a?b` is not a file name"),
        wrong(
            iface + "interface: {}\n", "2:1: `interface` stands twice, first on line 1; keep one"),
        wrong(
            iface + "nat: {}\n",
            "2:1: unknown key `nat` in the file; known here are interface, peers, tuning,"
                + " relay, metrics, clients, hooks"),
        wrong(iface + "peer: []\n", "2:1: unknown key `peer` in the file; did you mean `peers`?"),
        wrong(
            iface + "peers: {a: b}\n",
            "2:8: peers: a list is expected, this is a mapping; start each item with a dash"),
        wrong(
            iface + "peers: [a]\n",
            "2:9: a peer must be a mapping with keys like `name:`, this is a single value"),
        wrong(
            iface + "peers: [{name: a}]\n",
            "2:9: `public-key` is missing in a peer; add the one that `taltun pubkey` prints"
                + " there"),
        wrong(
            iface + "peers: [{public-key: OWN_PUBLIC}]\n",
            "2:22: this is the gateway's own public key; give the other side's, which `taltun"
                + " pubkey` prints there"),
        wrong(
            iface + "peers:\n- {public-key: PEER_A, name: a}\n- {public-key: PEER_A}\n",
            "4:16: this public key is already that of `a` on line 3; every peer has a key of its"
                + " own"),
        wrong(
            iface + "peers: [{public-key: PEER_A, preshared-key: A_PSK, preshared-key-file: b}]\n",
            null),
        wrong(
            iface + "tuning: {rekey-after-bytes: 1}\n",
            "2:29: rekey-after-bytes: `1` is not a size with its unit like 1GiB or 512MiB"),
        wrong(
            iface + "tuning: {rekey-after-bytes: 1023KiB}\n",
            "2:29: rekey-after-bytes: `1023KiB` is too small; at least 1MiB"),
        wrong(
            iface + "tuning: {rekey-after-bytes: 999999999999999TiB}\n",
            "2:29: rekey-after-bytes: `999999999999999TiB` is not a size with its unit like 1GiB or"
                + " 512MiB"),
        wrong(
            iface + "tuning: [a]\n",
            "2:9: `tuning` must be a mapping with keys like `rekey-after-bytes:`, this is a list"),
        wrong(iface + "relay: {enabled: yes}\n", "2:18: enabled: `yes` is not true or false"),
        wrong(
            iface + "metrics: {listen: localhost:9586}\n",
            "2:19: listen: `localhost:9586` is not an address with a port like 127.0.0.1:9586 or"
                + " \"[::1]:9586\", or off"),
        wrong(
            iface + "metrics: {listen: 9586}\n",
            "2:19: listen: `9586` is not an address with a port like 127.0.0.1:9586 or"
                + " \"[::1]:9586\", or off"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldNameThePlaceWhenAFileIsWrong(String file, String message) {
    assertErrors(
        file,
        message != null
            ? message
            : "2:"
                + (52 + Samples.PEER_A.length() + Samples.PSK.length() - 11)
                + ": `preshared-key` on line 2 gives the key already; keep one of the two");
  }

  static Stream<Arguments> clients() {
    String iface = "interface: {private-key: OWN_PRIVATE}\n";
    return Stream.of(
        wrong(
            iface + "clients: {endpoint: 192.0.2.1}\n",
            "2:21: endpoint: `192.0.2.1` is not HOST:PORT; write it like vpn.example.org:51820,"
                + " 192.0.2.1:51820 or \"[2001:db8::1]:51820\""),
        wrong(
            iface + "clients: {dns: [10.99.0.1, lan.example, 10.99.0]}\n",
            "2:41: dns: `10.99.0` is neither a name server's IP address nor a search domain"),
        wrong(
            iface + "clients: {mtu: 1279}\n",
            "2:16: mtu: `1279` is not a whole number from 1280 to 65535, or auto"),
        wrong(
            iface + "clients: {persistent-keepalive: 25}\n",
            "2:33: persistent-keepalive: `25` is not a duration with its unit like 25s or 2m, or"
                + " off"),
        wrong(iface + "dns: []\n", "2:1: unknown key `dns` in the file; it belongs to `clients`"));
  }

  @ParameterizedTest
  @MethodSource("clients")
  void shouldNameThePlaceWhenWhatClientsAreToldIsWrong(String file, String message) {
    assertErrors(file, message);
  }

  /** Hazards of YAML itself. */
  static Stream<Arguments> yaml() {
    String iface = "interface: {private-key: OWN_PRIVATE}\n";
    return Stream.of(
        wrong(
            "interface:\n\tname: a\n",
            "2:1: a tab stands where YAML wants spaces; indent with spaces"),
        wrong(
            "# mine\n\n[Interface]\nPrivateKey = OWN_PRIVATE\n",
            "3:1: this is a wg-quick file; turn it into one of Taltun's with `taltun import`"),
        wrong(
            "interface: {name: a\npeers: [\n",
            "2:6: not valid YAML: while parsing a flow mapping (begun on line 1), expected ',' or"
                + " '}', but got :; check the brackets, the quotes and the indentation"),
        wrong(
            "interface: 'abc\n",
            "2:1: not valid YAML: while scanning a quoted scalar (begun on line 1), found"
                + " unexpected end of stream; check the brackets, the quotes and the indentation"),
        wrong(
            "interface:\n  name: a\n b: c\n",
            "3:2: not valid YAML: while parsing a block mapping (begun on line 1), expected <block"
                + " end>, but found '<block mapping start>'; check the brackets, the quotes and the"
                + " indentation"),
        wrong(
            "interface: a: b\n",
            "1:13: not valid YAML: mapping values are not allowed here; check the brackets, the"
                + " quotes and the indentation"),
        wrong(
            "interface: @a\n",
            "1:12: not valid YAML: while scanning for the next token, found character '@' that"
                + " cannot start any token; check the brackets, the quotes and the indentation"),
        wrong(
            iface + "---\n" + iface,
            "2:1: a second document starts here; one file holds one configuration"),
        wrong(
            iface + "peers: &p []\ntuning: *p\n",
            "3:9: aliases like `*p` are not supported; write the value out"),
        wrong(
            "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
            "2:8: aliases like `*a` are not supported; write the value out"),
        wrong(
            iface + "<<: {}\n",
            "2:1: unknown key `<<` in the file; known here are interface, peers, tuning, relay,"
                + " metrics, clients, hooks"),
        wrong(
            "interface: !!binary abc\n",
            "1:12: YAML tags are not supported; remove `tag:yaml.org,2002:binary`"),
        wrong(
            "interface: !java.net.URL [x]\n",
            "1:12: YAML tags are not supported; remove `!java.net.URL`"),
        wrong(
            "[".repeat(100_000), "1:17: nested too deeply; check the brackets and the indentation"),
        wrong(
            "interface: \"\u0000\"\n",
            "1:13: the character U+0000 has no place in a text file; remove it"),
        wrong(
            "# a comment\u2028interface: 1\n",
            "1:12: the character U+2028 has no place in a text file; remove it"),
        wrong(
            "%YAML 99999999999999999999.1\n--- a\n",
            "1:27: not valid YAML: while scanning a YAML directive, found a number which cannot"
                + " represent a valid version: 99999999999999999999; check the brackets, the quotes"
                + " and the indentation"),
        wrong(
            "a: \"\\UFFFFFFFF\"\n",
            "1:1: not valid YAML from here on; check the quotes and the indentation"),
        wrong(
            iface + "peers:\n  - public-key: PEER_A\n    endpoint: [::1]:51820\n",
            "4:16: not valid YAML: while parsing a flow node, expected the node content, but found"
                + " ':'; quote IPv6, like \"fd99::1/64\" or \"[2001:db8::1]:51820\""),
        wrong(
            iface + "peers:\n  - public-key: PEER_A\n    endpoint: [2001:db8::1]:51820\n",
            "4:28: not valid YAML: while parsing a block mapping (begun on line 3), expected <block"
                + " end>, but found '<scalar>'; quote IPv6, like \"fd99::1/64\" or"
                + " \"[2001:db8::1]:51820\""),
        wrong(
            iface + "peers:\n  - public-key: PEER_A\n    allowed-ips: [0.0.0.0/0, ::/0]\n",
            "4:30: not valid YAML: while parsing a flow node, expected the node content, but found"
                + " ':'; quote IPv6, like \"fd99::1/64\" or \"[2001:db8::1]:51820\""),
        wrong(
            iface + "peers:\n  - public-key: PEER_A\n    allowed-ips: [fd99::]\n",
            "4:19: allowed-ips: a single value is expected, this is a mapping; quote an IPv6"
                + " address, like \"fd99::1/64\""));
  }

  @ParameterizedTest
  @MethodSource("yaml")
  void shouldNameThePlaceWhenTheYamlIsWrong(String file, String message) {
    assertErrors(file, message);
  }

  @Test
  void shouldReportEverythingAtOnceWhenMuchIsWrong() {
    assertErrors(
        """
        interface:
          nane: tal0
          listen-port: 70000
          mtu: big
        peers:
          - name: a
            public-key: short
            allowed-ips: [10.0.0.0/8, 10.0.0.0/99]
          - endpoint: nowhere
            allowed-ips: [10.0.0.0/8]
        tuning:
          rekey-after-bytes: 1
        extra: 1
        """,
        "2:3: unknown key `nane` in `interface`; did you mean `name`?",
        "2:3: a key is missing in `interface`; add `private-key-file: FILE` (made by `taltun"
            + " genkey`) or `private-key: BASE64`",
        "3:16: listen-port: `70000` is not a whole number from 0 to 65535",
        "4:8: mtu: `big` is not a whole number from 576 to 65535, or auto",
        "7:17: public-key: a key is 44 base64 characters, these are 5",
        "8:31: allowed-ips: `10.0.0.0/99` needs a prefix length from 0 to 32",
        "9:5: `public-key` is missing in a peer; add the one that `taltun pubkey` prints there",
        "9:15: endpoint: `nowhere` is not HOST:PORT; write it like vpn.example.org:51820,"
            + " 192.0.2.1:51820 or \"[2001:db8::1]:51820\"",
        "10:19: 10.0.0.0/8 is already routed to `a` on line 8; a prefix belongs to one peer, remove"
            + " one",
        "12:22: rekey-after-bytes: `1` is not a size with its unit like 1GiB or 512MiB",
        "13:1: unknown key `extra` in the file; known here are interface, peers, tuning, relay,"
            + " metrics, clients, hooks");
  }

  /** Trap 25: a peer with our own key would make the gateway talk to itself and wait for itself. */
  @Test
  void shouldRefuseAPeerWhenItHasOurOwnKey() {
    assertThat(
            Samples.errors(
                parse(
                    keys(
                        "interface: {private-key: OWN_PRIVATE}\n"
                            + "peers: [{public-key: OWN_PUBLIC}]\n"))))
        .singleElement()
        .asString()
        .contains("gateway's own public key");
  }

  @Test
  void shouldNeverShowASecretWhenItIsWrong() {
    String almost = Samples.OWN_PRIVATE.substring(1);
    assertThat(
            Samples.errors(
                parse(
                    "interface: {private-key: %s}\npeers: [{public-key: %s, preshared-key: %s}]\n"
                        .formatted(almost, Samples.PEER_A, almost))))
        .hasSize(2)
        .noneMatch(error -> error.contains(almost.substring(0, 8)));
  }

  private static Arguments wrong(String text, String message) {
    return Arguments.of(text, message);
  }

  private static void assertErrors(String yaml, String... messages) {
    assertThat(Samples.errors(parse(keys(yaml))))
        .containsExactly(
            Stream.of(messages).map(message -> "peers.yaml:" + message).toArray(String[]::new));
  }

  /** A forgotten space makes a key of YAML's out of ours. */
  @Test
  void shouldShowNoPrivateKeyWhenItStandsInTheWrongPlace() {
    String[] lines = {"{private-key:%s}", "\n  %s: x", "\n  name: %s", "\n  private-key-file: %s"};
    for (String line : lines) {
      ConfigResult result = parse("interface: " + line.formatted(Samples.OWN_PRIVATE) + "\n");

      assertThat(Samples.errors(result))
          .isNotEmpty()
          .noneMatch(error -> error.contains(Samples.OWN_PRIVATE.substring(0, 20)))
          .anyMatch(error -> error.contains("(a key)"));
    }
  }
}
