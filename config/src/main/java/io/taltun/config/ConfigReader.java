package io.taltun.config;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.primitive.X25519;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads peers.yaml. Whatever the bytes, the answer is a result; nothing here throws. */
public final class ConfigReader {
  private final Problems problems;
  private final X25519 x25519;

  private ConfigReader(Path file, X25519 x25519) {
    this.problems = new Problems(file);
    this.x25519 = x25519;
  }

  /** {@link #read(Path, X25519)} with this machine's best engine. */
  public static ConfigResult read(Path file) {
    return read(file, Primitives.best().x25519());
  }

  /**
   * Reads a file and the key files it names, which are relative to its folder. Files with secrets
   * must be closed to group and others.
   *
   * @param file at most 64 MiB
   * @param x25519 tells our own public key from the peers'
   */
  public static ConfigResult read(Path file, X25519 x25519) {
    ConfigReader reader = new ConfigReader(file, x25519);
    String text = SourceText.read(file, reader.problems);
    return text == null ? reader.problems.invalid() : reader.parse(text, true);
  }

  /**
   * Reads bytes that are, or are about to become, the content of a file. The file's mode counts as
   * with {@link #read(Path, X25519)}; it is not opened.
   */
  public static ConfigResult read(byte[] content, Path file) {
    return read(content, file, Primitives.best().x25519());
  }

  static ConfigResult read(byte[] content, Path file, X25519 x25519) {
    ConfigReader reader = new ConfigReader(file, x25519);
    String text = SourceText.decode(content, reader.problems);
    return text == null ? reader.problems.invalid() : reader.parse(text, true);
  }

  /** {@link #parse(String, Path, X25519)} with this machine's best engine. */
  public static ConfigResult parse(String text, Path file) {
    return parse(text, file, Primitives.best().x25519());
  }

  /**
   * Reads a text as {@link #read(Path, X25519)} does a file.
   *
   * @param file for messages, and the folder of key files; not opened
   */
  public static ConfigResult parse(String text, Path file, X25519 x25519) {
    return new ConfigReader(file, x25519).parse(SourceText.withoutByteOrderMark(text), false);
  }

  private ConfigResult parse(String text, boolean isFile) {
    YamlNode root = YamlTree.parse(text, problems);
    if (!problems.none()) {
      return problems.invalid();
    }
    if (root == null || root instanceof YamlNode.Text nothing && nothing.isNothing()) {
      problems.error(
          Place.START, "the file is empty; it needs `interface` with `private-key-file`");
      return problems.invalid();
    }
    Section file = Section.of("the file", root, Keys.ROOT, problems);
    if (file == null) {
      return problems.invalid();
    }
    Claims claims = new Claims(problems);
    Secrets secrets = new Secrets(problems, isFile);
    InterfaceConfig iface = null;
    PublicKey own = null;
    Section section = section(file, "interface", Keys.INTERFACE);
    if (section != null) {
      iface = new InterfaceReader(section, problems, claims, secrets).read();
      own = secrets.ownKey() == null ? null : secrets.ownKey().publicKey(x25519);
    } else if (file.node("interface") == null) {
      problems.error(
          file.keyPlace("interface"), "`interface` is missing; it holds the gateway's own key");
    }
    List<PeerConfig> peers = peers(file, new PeerReader(problems, claims, secrets, own));
    Tuning tuning = TuningSection.read(section(file, "tuning", Keys.TUNING));
    Relay relay = relay(section(file, "relay", Keys.RELAY));
    Metrics metrics = metrics(section(file, "metrics", Keys.METRICS));
    Clients clients = ClientsSection.read(section(file, "clients", Keys.CLIENTS));
    Hooks hooks =
        HooksSection.read(
            section(file, "hooks", Keys.HOOKS), isFile ? problems.file() : null, problems);
    if (!problems.none()) {
      secrets.close();
      return problems.invalid();
    }
    return new ConfigResult.Valid(
        new TaltunConfig(iface, peers, tuning, relay, metrics, clients, hooks, problems.file()),
        problems.warnings());
  }

  private Section section(Section parent, String key, List<String> known) {
    YamlNode node = parent.node(key);
    return node == null ? null : Section.of("`" + key + "`", node, known, problems);
  }

  private List<PeerConfig> peers(Section file, PeerReader reader) {
    List<PeerConfig> peers = new ArrayList<>();
    int number = 0;
    for (YamlNode node : file.nodes("peers")) {
      number++;
      Section section = Section.of("a peer", node, Keys.PEER, problems);
      PeerConfig peer = section == null ? null : reader.read(section, number);
      if (peer != null) {
        peers.add(peer);
      }
    }
    return peers;
  }

  private static Relay relay(Section section) {
    return section == null
        ? Relay.DEFAULT
        : new Relay(section.valueOr("enabled", Words::trueOrFalse, Relay.DEFAULT.enabled()));
  }

  private static Metrics metrics(Section section) {
    return section == null
        ? Metrics.DEFAULT
        : section.valueOr("listen", Metrics::parse, Metrics.DEFAULT);
  }
}
