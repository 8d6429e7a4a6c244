package io.taltun.config;

import static io.taltun.config.Samples.valid;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeersYamlTest {
  @Test
  void shouldWriteAStarterThatReadsBack() {
    String text = PeersYaml.starter(Samples.OWN);
    TaltunConfig config = valid(Samples.parse(text));

    assertThat(config.iface().privateKey()).isEqualTo(Samples.OWN);
    assertThat(config.iface().listenPort()).isEqualTo(51820);
    assertThat(config.iface().addresses()).hasSize(2);
    assertThat(config.peers()).isEmpty();
    assertThat(text).startsWith("# A Taltun gateway.").contains("taltun reload");
    assertThat(text).contains("rekey-after-bytes: 1GiB").doesNotContain("tun-", "udp-", "pinning");
    assertThat(PeersYaml.write(config)).isEqualTo(text);
  }

  @Test
  void shouldWriteAnExampleThatWorksWhenUncommented() {
    String text =
        PeersYaml.starter(Samples.OWN)
            .replace("  # - name", "  - name")
            .replace("  #   ", "    ")
            .replace("BASE64  ", Samples.PEER_A + "  ");

    assertThat(valid(Samples.parse(text)).peers()).map(PeerConfig::name).containsExactly("laptop");
  }

  @Test
  void shouldWriteAllOfAConfiguration() {
    TaltunConfig config = valid(Samples.parse(ConfigReaderTest.WHOLE));

    String text = PeersYaml.write(config);

    assertThat(valid(Samples.parse(text))).isEqualTo(config);
    assertThat(text)
        .contains(
            "\n  tun-uso: off\n  tun-gro: off\n  udp-gro: off\n  aead: split\n  pinning: on\n")
        .doesNotContain("tun-tso", "udp-gso");
  }

  @Test
  void shouldCarryAnImportOver() {
    ConfigResult imported = WgQuick.parse(WgQuickTest.WHOLE, Samples.FILE, Samples.X);
    TaltunConfig config = valid(imported);
    String text = PeersYaml.write(config, ((ConfigResult.Valid) imported).warnings());

    assertThat(text).contains("PreUp has no counterpart");
    assertThat(valid(Samples.parse(text))).isEqualTo(config);
  }

  @Test
  void shouldStayOneCommentWhenAWarningHoldsLineBreaks() {
    String hostile = "a\nb\rc\u2028d\u0085e\u0000f\uD83D\uDE00";
    TaltunConfig config = valid(Samples.parse(ConfigReaderTest.WHOLE));
    String text = PeersYaml.write(config, List.of(new ConfigError(Path.of("x"), 1, 1, hostile)));

    assertThat(text).contains("# x:1:1: a?b?c?d?e?f\uD83D\uDE00\n");
    assertThat(valid(Samples.parse(text))).isEqualTo(config);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "null",
        "~",
        "true",
        "1.5",
        "a: b",
        "a #b",
        "- a",
        "it's",
        "\"q\"",
        "\\",
        "a ",
        " a",
        "",
        "line\nbreak",
        "\u2028",
        "\u0007",
        "ünïcode",
        "\uD83D\uDE00",
        "a:1",
        "[::1]:2",
        "&a",
        "*a"
      })
  void shouldReadAScalarBackWhenQuoted(String text) {
    YamlNode tree =
        YamlTree.parse("a: " + PeersYaml.scalar(text) + " # c\n", new Problems(Samples.FILE));

    YamlNode value = ((YamlNode.Mapping) tree).entries().getFirst().value();
    assertThat(((YamlNode.Text) value).value()).isEqualTo(text);
    assertThat(((YamlNode.Text) value).isNothing()).isFalse();
  }
}
