package io.taltun.config;

import static io.taltun.config.Samples.errors;
import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.parse;
import static io.taltun.config.Samples.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.AccessEntry.PortRange;
import io.taltun.config.AccessEntry.Protocol;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {
  private static final String HEAD =
      """
      interface: {private-key: OWN_PRIVATE}
      peers:
        - public-key: PEER_A
      """;

  private static String peer(String lines) {
    return keys(HEAD) + lines.indent(4);
  }

  private static AccessRules read(String lines) {
    return valid(parse(peer(lines))).peers().getFirst().access();
  }

  @Test
  void shouldAllowEverythingWhenThereIsNoList() {
    assertThat(read("")).isEqualTo(AccessRules.NONE);
    assertThat(read("log: true").allowsEverything()).isTrue();
  }

  @Test
  void shouldReadListsInTheirOrder() {
    AccessRules rules =
        read(
            """
            allow: ["10.0.0.9/24 tcp 22,8000-8100", 192.168.50.10 udp 53, any icmp, "fd00::/8"]
            deny:
              - 10.0.0.5
              - any tcp 25, 465
            log: true
            """);
    assertThat(rules.allow())
        .containsExactly(
            new AccessEntry(
                IpPrefix.parse("10.0.0.0/24"),
                Protocol.TCP,
                List.of(new PortRange(22, 22), new PortRange(8000, 8100))),
            new AccessEntry(
                IpPrefix.parse("192.168.50.10"), Protocol.UDP, List.of(new PortRange(53, 53))),
            new AccessEntry(null, Protocol.ICMP, List.of()),
            new AccessEntry(IpPrefix.parse("fd00::/8"), Protocol.ANY, List.of()));
    assertThat(rules.deny())
        .map(AccessEntry::toString)
        .containsExactly("10.0.0.5/32", "any tcp 25,465");
    assertThat(rules.log()).isTrue();
  }

  @Test
  void shouldAllowNothingWhenTheListIsEmpty() {
    assertThat(read("allow: []").allow()).isEmpty();
    assertThat(read("allow: []").allowsEverything()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"any", "any icmp", "any udp", "10.0.0.0/8", "fd00::/8 tcp 1-65535", "any tcp 0,5"})
  void shouldReadAnEntryBackAsItIsWritten(String text) {
    assertThat(AccessEntry.parse(text)).hasToString(text);
  }

  @Test
  void shouldWriteThemSoThatTheyReadBack() {
    TaltunConfig config =
        valid(parse(peer("allow: [\"fd00::1 tcp 1,2\", any icmp]\ndeny: [any tcp 2]\nlog: true")));
    assertThat(valid(parse(PeersYaml.write(config)))).isEqualTo(config);
    assertThat(
            valid(parse(PeersYaml.write(valid(parse(peer("allow: []"))))))
                .peers()
                .getFirst()
                .access()
                .allow())
        .isEmpty();
    assertThat(WgQuick.write(config)).contains("# Not carried over: allow and deny");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          allow:  ~ 4:5: allow: a list is missing; write [] for an empty one, or remove the key
          allow: any ~ 4:12: allow: a list is expected, this is a single value; write [any]
          allow: [some tcp] ~ 4:13: allow: `some tcp` does not begin with an address, a prefix or any; write DESTINATION [tcp|udp|icmp|any [PORTS]], like "10.0.0.0/24 tcp 22,8000-8100"
          allow: [10.0.0.0/33] ~ 4:13: allow: `10.0.0.0/33` needs a prefix length from 0 to 32
          allow: [any tpc] ~ 4:13: allow: `tpc` is not any, tcp, udp or icmp
          allow: [any icmp 8] ~ 4:13: allow: `any icmp 8` has ports without tcp or udp; name one of them, or no ports
          deny: [any any 53] ~ 4:12: deny: `any any 53` has ports without tcp or udp; name one of them, or no ports
          deny: [any tcp 70000] ~ 4:12: deny: `70000` is not a whole number from 0 to 65535; ports are written like 22,443,8000-8100
          deny: [any tcp 9-8] ~ 4:12: deny: `9-8` ends before it begins; write the lower port first
          deny: ['any tcp 9,'] ~ 4:12: deny: `` is not a whole number from 0 to 65535; ports are written like 22,443,8000-8100
          log: yes ~ 4:10: log: `yes` is not true or false
          """)
  void shouldSayWhereAndWhatToDoWhenItIsWrong(String line, String expected) {
    assertThat(errors(parse(peer(line)))).containsExactly("peers.yaml:" + expected);
  }

  @Test
  void shouldRefuseMoreEntriesThanAPacketCanBeHeldAgainst() {
    String entries = "any, ".repeat(AccessRules.MOST_ENTRIES) + "any";
    assertThat(errors(parse(peer("allow: [" + entries + "]"))))
        .containsExactly(
            "peers.yaml:4:5: allow: 257 entries are more than 256; join prefixes or ports");
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "off", "88", "1380", "65495"})
  void shouldReadAndWriteTheMssClamp(String value) {
    TaltunConfig config =
        valid(parse(keys("interface: {private-key: OWN_PRIVATE, mss-clamp: " + value + "}\n")));
    assertThat(config.iface().mssClamp()).hasToString(value);
    assertThat(valid(parse(PeersYaml.write(config)))).isEqualTo(config);
  }

  @ParameterizedTest
  @ValueSource(strings = {"87", "65496", "on", "-1"})
  void shouldRefuseAnMssClampThatIsNone(String value) {
    assertThat(errors(parse(keys("interface:\n  private-key: OWN_PRIVATE\n  mss-clamp: " + value))))
        .containsExactly(
            "peers.yaml:3:14: mss-clamp: `"
                + value
                + "` is not a whole number from 88 to 65495, auto or off");
  }
}
