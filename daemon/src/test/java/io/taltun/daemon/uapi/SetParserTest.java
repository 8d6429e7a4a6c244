package io.taltun.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.gateway.DeviceChange;
import io.taltun.daemon.gateway.PeerChange;
import io.taltun.daemon.gateway.PeerChange.AllowedIp;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.udp.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SetParserTest {
  private static final String KEY_1 = "01".repeat(32);
  private static final String KEY_2 = "0b".repeat(16) + "0B".repeat(16);

  private static SetParser parse(String text) {
    SetParser parser = new SetParser(name -> name.equals("eth7") ? 7 : 0);
    for (String line : text.lines().toList()) {
      byte[] padded = ("<" + line + ">").getBytes(StandardCharsets.ISO_8859_1);
      boolean good = parser.line(padded, 1, padded.length - 2);
      assertThat(good).isEqualTo(parser.errno() == 0);
    }
    return parser;
  }

  private static DeviceChange change(String text) {
    SetParser parser = parse(text);
    assertThat(parser.problem()).isNull();
    return parser.finish();
  }

  private static PeerChange peer(String lines) {
    return change("public_key=" + KEY_1 + "\n" + lines).peers().getFirst();
  }

  private static byte[] raw(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  void shouldReadEveryKey() {
    DeviceChange change =
        change(
            """
            private_key=%s
            listen_port=51820
            fwmark=4294967295
            replace_peers=true
            public_key=%s
            update_only=true
            preshared_key=%s
            endpoint=192.0.2.1:51820
            persistent_keepalive_interval=65535
            replace_allowed_ips=true
            allowed_ip=10.0.0.0/24
            allowed_ip=-fd99::/64
            protocol_version=1
            public_key=%s
            remove=true
            """
                .formatted(KEY_2, KEY_1, KEY_2, KEY_2));
    assertThat(change.privateKey()).isEqualTo(PrivateKey.of(raw(KEY_2)));
    assertThat(change.listenPort()).isEqualTo(51820);
    assertThat(change.fwmark()).isEqualTo(0xffff_ffffL);
    assertThat(change.replacePeers()).isTrue();
    assertThat(change.peers())
        .containsExactly(
            new PeerChange(
                PublicKey.of(raw(KEY_1)),
                false,
                true,
                PresharedKey.of(raw(KEY_2)),
                Endpoint.of(new InetSocketAddress("192.0.2.1", 51820)),
                65535,
                true,
                List.of(
                    new AllowedIp(IpPrefix.parse("10.0.0.0/24"), false),
                    new AllowedIp(IpPrefix.parse("fd99::/64"), true))),
            new PeerChange(
                PublicKey.of(raw(KEY_2)), true, false, null, null, null, false, List.of()));
  }

  @Test
  void shouldLeaveAloneWhatIsNotNamed() {
    assertThat(change("")).isEqualTo(new DeviceChange(null, null, null, false, List.of()));
    assertThat(peer(""))
        .isEqualTo(
            new PeerChange(
                PublicKey.of(raw(KEY_1)), false, false, null, null, null, false, List.of()));
  }

  @Test
  void shouldLetTheLastLineWinWhenAKeyIsRepeated() {
    DeviceChange change = change("listen_port=1\nlisten_port=2\nfwmark=3\nfwmark=0\n");
    assertThat(change.listenPort()).isEqualTo(2);
    assertThat(change.fwmark()).isZero();
    assertThat(peer("preshared_key=%s\npreshared_key=%s".formatted(KEY_1, KEY_2)).presharedKey())
        .isEqualTo(PresharedKey.of(raw(KEY_2)));
    assertThat(peer("allowed_ip=10.0.0.1/32\nreplace_allowed_ips=true\n").allowedIps()).isEmpty();
  }

  @Test
  void shouldTakeZerosForNoKey() {
    String zeros = "00".repeat(32);
    DeviceChange change = change("private_key=" + zeros + "\n");
    assertThat(change.privateKey()).isEqualTo(PrivateKey.of(new byte[32]));
    assertThat(peer("preshared_key=" + zeros).presharedKey().isNone()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3/8,10.0.0.0/8",
    "255.255.255.255/32,255.255.255.255/32",
    "255.255.255.255/1,128.0.0.0/1",
    "1.2.3.4/0,0.0.0.0/0",
    "0.0.0.0/0,0.0.0.0/0",
    "fd99::1/64,fd99::/64",
    "::/0,::/0",
    "FD99:0:0:0:0:0:0:1/128,fd99::1/128",
    "64:ff9b::192.0.2.1/128,64:ff9b::c000:201/128",
  })
  void shouldClearHostBits(String text, String prefix) {
    assertThat(peer("allowed_ip=" + text).allowedIps())
        .containsExactly(new AllowedIp(IpPrefix.parse(prefix), false));
    assertThat(peer("allowed_ip=-" + text).allowedIps())
        .containsExactly(new AllowedIp(IpPrefix.parse(prefix), true));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:1,192.0.2.1:1",
    "[2001:db8::1]:65535,[2001:db8::1]:65535",
    "[fe80::1%7]:51820,[fe80::1%7]:51820",
    "[fe80::1%eth7]:51820,[fe80::1%7]:51820",
    "[::ffff:192.0.2.1]:51820,192.0.2.1:51820",
  })
  void shouldReadEndpoints(String text, String endpoint) {
    assertThat(peer("endpoint=" + text).endpoint()).hasToString(endpoint);
  }

  static Stream<String> badValues() {
    return Stream.of(
            Stream.of("listen_port=", "listen_port=65536", "listen_port=-1", "listen_port=+1"),
            Stream.of("listen_port=1 ", "listen_port= 1", "listen_port=0x1", "listen_port=1.0"),
            Stream.of("listen_port=99999999999999999999999999999999999999", "listen_port=off"),
            Stream.of("fwmark=4294967296", "fwmark=0xca6c", "fwmark=", "fwmark=off"),
            Stream.of("private_key=", "private_key=" + KEY_1.substring(1)),
            Stream.of("private_key=0" + KEY_1, "private_key=" + KEY_1.substring(1) + "g"),
            Stream.of("private_key=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="),
            Stream.of("private_key=" + KEY_1 + " ", "private_key=\u00e9" + KEY_1.substring(1)),
            Stream.of("replace_peers=", "replace_peers=false", "replace_peers=1"),
            Stream.of("replace_peers=True", "replace_peers=true "),
            Stream.of("public_key=", "public_key=" + KEY_1 + "00"))
        .flatMap(lines -> lines);
  }

  static Stream<String> badPeerValues() {
    return Stream.of(
            Stream.of("remove=", "remove=false", "update_only=yes", "replace_allowed_ips=0"),
            Stream.of("preshared_key=", "preshared_key=" + KEY_1.substring(2)),
            Stream.of("persistent_keepalive_interval=65536", "persistent_keepalive_interval=off"),
            Stream.of("persistent_keepalive_interval=", "persistent_keepalive_interval=25s"),
            Stream.of("protocol_version=2", "protocol_version=0", "protocol_version="),
            Stream.of("endpoint=", "endpoint=192.0.2.1", "endpoint=192.0.2.1:0"),
            Stream.of("endpoint=192.0.2.1:65536", "endpoint=192.0.2.1:", "endpoint=:51820"),
            Stream.of("endpoint=vpn.example.org:51820", "endpoint=[192.0.2.1]:51820"),
            Stream.of("endpoint=2001:db8::1:51820", "endpoint=[2001:db8::1]", "endpoint=[]:1"),
            Stream.of("endpoint=[2001:db8::1:51820", "endpoint=[2001:db8::1]51820"),
            Stream.of("endpoint=[fe80::1%eth8]:51820", "endpoint=[fe80::1%]:51820"),
            Stream.of("endpoint=[fe80::1%0]:51820", "endpoint=[::ffff:192.0.2.1%7]:51820"),
            Stream.of("endpoint=192.0.2.1%7:51820", "endpoint=192.0.2.256:1", "endpoint=[:1"),
            Stream.of("endpoint=]:1", "endpoint=:", "endpoint=[]", "endpoint=[%7]:1"),
            Stream.of("allowed_ip=", "allowed_ip=-", "allowed_ip=10.0.0.0", "allowed_ip=/24"),
            Stream.of("allowed_ip=10.0.0.0/", "allowed_ip=10.0.0.0/33", "allowed_ip=10.0.0.0/-1"),
            Stream.of("allowed_ip=10.0.0.0/024", "allowed_ip=10.0.0.0/00", "allowed_ip=10/8"),
            Stream.of("allowed_ip=10.0.0/24", "allowed_ip=10.0.0.0.0/24", "allowed_ip=10.0.0./24"),
            Stream.of("allowed_ip=010.0.0.0/24", "allowed_ip=256.0.0.0/24", "allowed_ip=1..2.3/8"),
            Stream.of("allowed_ip=1.2.3.4/32/", "allowed_ip=1.2.3.4 /32", "allowed_ip= 1.2.3.4/32"),
            Stream.of("allowed_ip=--1.2.3.4/32", "allowed_ip=+1.2.3.4/32", "allowed_ip=a.b.c.d/1"),
            Stream.of("allowed_ip=fd99::/129", "allowed_ip=fd99:/64", "allowed_ip=fd99::1::/64"),
            Stream.of("allowed_ip=fe80::1%7/128", "allowed_ip=[fd99::]/64", "allowed_ip=:/0"),
            Stream.of("allowed_ip=::ffff:10.0.0.1/128", "allowed_ip=::ffff:0:0/96"))
        .flatMap(lines -> lines);
  }

  private static void assertInvalid(String text) {
    SetParser parser = parse(text);
    assertThat(parser.errno()).as(text).isEqualTo(Errno.EINVAL);
    assertThat(parser.problem()).startsWith("line ");
    assertThatThrownBy(parser::finish).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void shouldRefuseABadValueOfADevice(String line) {
    assertInvalid(line + "\n");
  }

  @ParameterizedTest
  @MethodSource("badPeerValues")
  void shouldRefuseABadValueOfAPeer(String line) {
    assertInvalid("public_key=" + KEY_1 + "\n" + line + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "allowed_ip=10.0.0.0/24",
        "remove=true",
        "protocol_version=1",
        "jc=1",
        "Listen_port=1",
        " listen_port=1",
        "listen_port =1",
        "=1",
        "get=1",
        "a_key_that_is_longer_than_any_that_there_is=1",
      })
  void shouldRefuseWhatIsNoKeyOfADevice(String line) {
    assertInvalid(line + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "private_key=0101010101010101010101010101010101010101010101010101010101010101",
        "listen_port=1",
        "fwmark=1",
        "replace_peers=true",
        "rx_bytes=1",
        "errno=0",
        "set=1",
      })
  void shouldRefuseWhatIsNoKeyOfAPeer(String line) {
    assertInvalid("public_key=" + KEY_1 + "\n" + line + "\n");
  }

  @Test
  void shouldCallALineWithoutEqualsAnotherProtocol() {
    assertThat(parse("listen_port\n").errno()).isEqualTo(Errno.EPROTO);
    assertThat(parse("listen_port=1\n" + KEY_1 + "\n").errno()).isEqualTo(Errno.EPROTO);
  }

  @Test
  void shouldStaySpoiltWhenGoodLinesFollow() {
    SetParser parser = parse("listen_port=1\nfwmark=x\nlisten_port=2\npublic_key=" + KEY_1);
    assertThat(parser.errno()).isEqualTo(Errno.EINVAL);
    assertThat(parser.problem()).isEqualTo("line 2 has a bad fwmark");
  }

  @Test
  void shouldNeverShowAValueInAProblem() {
    for (String line : List.of("private_key=" + KEY_1 + "x", KEY_1, KEY_1 + "=", "private_key")) {
      assertThat(parse(line).problem()).doesNotContain("0101");
    }
  }

  @Test
  void shouldRefuseASetWithoutEnd() {
    SetParser parser = parse("");
    byte[] line = "replace_peers=true".getBytes(StandardCharsets.US_ASCII);
    int taken = 0;
    while (parser.line(line, 0, line.length)) {
      taken += line.length + 1;
    }
    assertThat(taken).isBetween((32 << 20) - line.length, 32 << 20);
    assertThat(parser.errno()).isEqualTo(Errno.ENOMEM);
  }

  private static Stream<Path> corpus() throws IOException, URISyntaxException {
    return Files.list(Path.of(SetParserTest.class.getResource("set").toURI())).sorted();
  }

  /** Good files are named after what is in them, those that begin with "bad" are refused. */
  @ParameterizedTest
  @MethodSource("corpus")
  void shouldJudgeTheCorpus(Path file) throws IOException {
    boolean bad = file.getFileName().toString().startsWith("bad");
    SetParser parser = parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    assertThat(parser.errno() != 0).isEqualTo(bad);
  }

  @Test
  void shouldNotThrowWhenAFileOfTheCorpusIsDamaged() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (Path file : corpus().toList()) {
      byte[] whole = Files.readAllBytes(file);
      for (int round = 0; round < 2000; round++) {
        byte[] damaged = whole.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(-128, 128);
        }
        try (SetParser parser = parse(new String(damaged, StandardCharsets.ISO_8859_1))) {
          if (parser.errno() == 0) {
            parser.finish();
          }
        } catch (RuntimeException e) {
          throw new AssertionError(file + " with seed " + seed, e);
        }
      }
    }
  }
}
