package io.taltun.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.taltun.fuzz.FuzzTarget;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** wg-quick files as any bytes: what is imported is the same after export and import. */
public final class WgQuickTarget implements FuzzTarget {
  private static final Path FILE = Path.of("wg0.conf");

  /** The file. */
  @Override
  public void accept(byte[] input) {
    Problems problems = new Problems(FILE);
    String text = SourceText.decode(input, problems);
    if (text == null) {
      Results.checked(problems.invalid(), new String(input, UTF_8));
      return;
    }
    TaltunConfig config = Results.checked(read(text), text);
    if (config == null) {
      return;
    }
    String exported = WgQuick.write(config);
    Results.requireSame(config, Results.checked(read(exported), exported), exported);
    if (input.length % 8 == 0) { // YAML is slow
      String yaml = PeersYaml.write(config);
      ConfigResult imported = ConfigReader.parse(yaml, Samples.FILE, Results.CHEAP);
      Results.requireSame(config, Results.checked(imported, yaml), yaml);
    }
  }

  private static ConfigResult read(String text) {
    return WgQuick.parse(text, FILE, Results.CHEAP);
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            WgQuickTest.WHOLE,
            "[Interface]\nPrivateKey = " + Samples.OWN_PRIVATE + "\n",
            Samples.keys(
                "[Interface]\nPrivateKey=OWN_PRIVATE\nAddress=fd99::1/64,10.0.0.1\n"
                    + "[Peer]\n# Name = a b\nPublicKey=PEER_A\nAllowedIPs=+::/0, 0.0.0.0/0\n"
                    + "Endpoint=a.example:1\nPersistentKeepalive=off\n"
                    + "# b\n[Peer]\nPublicKey=PEER_B\nAllowedIPs=::ffff:10.1.2.3/120\n"))
        .map(it -> it.getBytes(UTF_8))
        .toList();
  }

  @Override
  public List<byte[]> words() {
    return Stream.of(
            "[Interface]\n",
            "[Peer]\n",
            "PrivateKey = ",
            "PublicKey = ",
            "PresharedKey = ",
            "Address = ",
            "AllowedIPs = ",
            "ListenPort = ",
            "MTU = ",
            "Table = ",
            "FwMark = ",
            "DNS = ",
            "PostUp = ",
            "Endpoint = ",
            "PersistentKeepalive = ",
            "# Name = ",
            "off",
            "auto",
            "0x1f",
            "fd99::1/64",
            "10.0.0.1/32",
            "[::1]:1",
            ",",
            "=",
            "#",
            "\r\n",
            "\u0085",
            "\u2028",
            "\ufeff",
            "\0")
        .map(it -> it.getBytes(UTF_8))
        .toList();
  }

  @Override
  public int maxLength() {
    return 1_024;
  }

  @Override
  public int inputsInTests() {
    return 10_000;
  }
}
