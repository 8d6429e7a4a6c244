package io.taltun.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.fuzz.FuzzTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** peers.yaml as any bytes: an answer with places, or a configuration that is written and read. */
public final class YamlTarget implements FuzzTarget {
  private static final String SHORT =
      Samples.keys(
          """
          interface: {private-key: OWN_PRIVATE, address: 10.99.0.1/24}
          peers:
            - {name: a, public-key: PEER_A, allowed-ips: ["fd99::2", 10.0.0.0/8]}
          """);

  private static final PeerConfig NEW_PEER =
      new PeerConfig(
          "new",
          PublicKey.ofBase64(Samples.peerKey(99)),
          PresharedKey.none(),
          null,
          List.of(IpPrefix.parse("10.99.99.9/32")),
          Duration.ZERO,
          AccessRules.NONE);

  /** The file. */
  @Override
  public void accept(byte[] input) {
    Problems problems = new Problems(Samples.FILE);
    String text = SourceText.decode(input, problems);
    if (text == null) {
      Results.checked(problems.invalid(), new String(input, UTF_8));
      return;
    }
    TaltunConfig config = Results.checked(read(text), text);
    if (config != null) {
      String written = PeersYaml.write(config);
      Results.requireSame(config, Results.checked(read(written), written), written);
      edit(text, config);
    }
  }

  /** A peer comes and goes, or the file is said to be uneditable. */
  private static void edit(String text, TaltunConfig config) {
    PeersEdit edit = new PeersEdit(Results.CHEAP);
    try {
      String added = edit.add(text, config, NEW_PEER);
      TaltunConfig after = Results.checked(read(added), added);
      String removed = edit.remove(added, after, config.peers().size());
      Results.requireSame(config, Results.checked(read(removed), removed), removed);
      if (!config.peers().isEmpty()) {
        edit.remove(text, config, 0);
      }
    } catch (PeersEditException refused) {
      Results.require(!refused.getMessage().contains(Samples.OWN_PRIVATE), "a key in a refusal");
    }
  }

  private static ConfigResult read(String text) {
    return ConfigReader.parse(text, Samples.FILE, Results.CHEAP);
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            SHORT,
            ConfigReaderTest.WHOLE,
            "interface:\n  private-key: " + Samples.OWN_PRIVATE + "\n",
            "interface: [a, {b: c}]\npeers: ~\n",
            "peers:\n- name: \"\\u0041\\x20\"\n  endpoint: '[::1]:1'\n",
            "%YAML 1.2\n---\na: &b |\n  c\n...\n",
            "[Interface]\nPrivateKey = x\n")
        .map(it -> it.getBytes(UTF_8))
        .toList();
  }

  @Override
  public List<byte[]> words() {
    List<String> words = new ArrayList<>();
    for (List<String> keys :
        List.of(Keys.ROOT, Keys.INTERFACE, Keys.PEER, Keys.TUNING, Keys.CLIENTS)) {
      keys.forEach(key -> words.add(key + ": "));
    }
    words.addAll(
        List.of(
            "auto",
            "off",
            "true",
            "main",
            "10s",
            "1MiB",
            "0x1f",
            "fd99::1/64",
            "10.0.0.1",
            "\n  ",
            "- ",
            "? ",
            "|\n",
            ">-\n",
            "&a ",
            "*a",
            "!!str ",
            "%TAG ! a:\n",
            "---\n",
            "\\u2028",
            "\u0085",
            "\u2028",
            "\ufeff",
            "\"",
            "'",
            "#",
            "{",
            "}",
            "[",
            "]"));
    return words.stream().map(it -> it.getBytes(UTF_8)).toList();
  }

  @Override
  public int maxLength() {
    return 1_024;
  }

  @Override
  public int inputsInTests() {
    return 15_000;
  }
}
