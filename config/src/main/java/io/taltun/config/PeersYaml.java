package io.taltun.config;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Writes peers.yaml, complete and commented. The text holds secret keys: whoever stores it makes
 * the file 0600 before the first byte.
 */
public final class PeersYaml {
  private static final int COMMENT_COLUMN = 38;

  /** Text that YAML takes as it is; everything else is quoted. */
  private static final Pattern PLAIN =
      Pattern.compile("(?!(?i:null)$)[A-Za-z0-9](?:[A-Za-z0-9._ -]*[A-Za-z0-9._-])?(?::[0-9]+)?");

  private static final String EXAMPLE_PEER =
      """
        # - name: laptop
        #   public-key: BASE64             # what `taltun pubkey` prints on the other side
        #   endpoint: vpn.example.org:51820  # without one, the peer calls us
        #   allowed-ips: [10.99.0.2/32, "fd99::2/128"]
        #   persistent-keepalive: 10s      # or off
      """;

  private static final String EXAMPLE_CLIENTS =
      """
      # What `taltun peer add` hands out:
      # clients:
      #   endpoint: vpn.example.org:51820  # where clients reach this gateway
      #   allowed-ips: [10.99.0.0/24, "fd99::/64", 192.168.50.0/24]
      #   dns: [192.168.50.1]
      """;

  private final StringBuilder out = new StringBuilder();

  private PeersYaml() {}

  /**
   * The file of a gateway that has no peers yet: {@code tal0}, 10.99.0.1/24 and fd99::1/64, port
   * 51820.
   */
  public static String starter(PrivateKey privateKey) {
    InterfaceConfig iface =
        new InterfaceConfig(
            InterfaceConfig.DEFAULT_NAME,
            privateKey,
            List.of(IpPrefix.parse("10.99.0.1/24"), IpPrefix.parse("fd99::1/64")),
            51_820,
            Mtu.AUTO,
            MssClamp.AUTO,
            List.of(),
            RouteTable.MAIN,
            0,
            Workers.AUTO);
    return write(
        new TaltunConfig(
            iface,
            List.of(),
            Tuning.DEFAULT,
            Relay.DEFAULT,
            Metrics.DEFAULT,
            Clients.DEFAULT,
            Hooks.NONE,
            Path.of("peers.yaml")));
  }

  /** The file of a configuration; keys that came from files are written inline. */
  public static String write(TaltunConfig config) {
    return write(config, List.of());
  }

  /**
   * The file of an imported configuration.
   *
   * @param leftOut what the import warned about, kept as comments at the top
   */
  public static String write(TaltunConfig config, List<ConfigError> leftOut) {
    PeersYaml yaml = new PeersYaml();
    yaml.header(leftOut);
    yaml.iface(config.iface());
    yaml.peers(config.peers());
    yaml.line("", "");
    yaml.tuning(config.tuning());
    yaml.line("relay:", "");
    yaml.line("  enabled: " + config.relay().enabled(), "true = peer to peer without the kernel");
    yaml.line("metrics:", "");
    String listen = config.metrics().toString();
    yaml.line(
        "  listen: " + (listen.startsWith("[") ? "\"" + listen + "\"" : listen),
        "Prometheus over HTTP, or off");
    yaml.clients(config.clients());
    yaml.hooks(config.hooks());
    return yaml.out.toString();
  }

  private void hooks(Hooks hooks) {
    if (!hooks.equals(Hooks.NONE)) {
      line("", "");
      line("hooks:", "");
      HooksSection.write(hooks, (key, value) -> line("  " + key + ": " + value, ""));
    }
  }

  private void header(List<ConfigError> leftOut) {
    line(
        "# A Taltun gateway. `taltun check -c FILE` validates, `taltun reload` applies changes.",
        "");
    line("# This file holds a private key: keep it closed to others (chmod 600).", "");
    for (ConfigError warning : leftOut) {
      line("# " + commentText(warning.toString()), "");
    }
    line("", "");
  }

  private void iface(InterfaceConfig iface) {
    line("interface:", "");
    line("  name: " + scalar(iface.name()), "");
    line("  # or private-key-file: FILE, relative to this file's folder", "");
    line("  private-key: " + iface.privateKey().toBase64(), "");
    line("  address: " + list(iface.addresses()), "");
    line("  listen-port: " + iface.listenPort(), "UDP; 0 = any free port");
    line("  mtu: " + iface.mtu(), "auto, or 576 to 65535");
    line("  mss-clamp: " + iface.mssClamp(), "of TCP through the tunnel: auto, off, or bytes");
    line("  routes: " + list(iface.routes()), "beside those of allowed-ips");
    line("  route-table: " + iface.routeTable(), "main, a number, or off");
    line(
        "  fwmark: " + (iface.fwmark() == 0 ? "0" : "0x" + Integer.toHexString(iface.fwmark())),
        "mark of the UDP packets; 0 = none");
    line("  workers: " + iface.workers(), "auto = one per usable CPU");
    line("", "");
  }

  private void peers(List<PeerConfig> peers) {
    line("peers:", "");
    if (peers.isEmpty()) {
      out.append(EXAMPLE_PEER);
    }
    for (PeerConfig peer : peers) {
      line("  - name: " + scalar(peer.name()), "");
      line("    public-key: " + peer.publicKey().toBase64(), "");
      PresharedKey presharedKey = peer.presharedKey();
      if (!presharedKey.isNone()) {
        line("    preshared-key: " + presharedKey.toBase64(), "");
      }
      if (peer.endpoint() != null) {
        line("    endpoint: " + scalar(peer.endpoint().toString()), "");
      }
      line("    allowed-ips: " + list(peer.allowedIps()), "");
      line(
          "    persistent-keepalive: " + Units.formatKeepalive(peer.persistentKeepalive()),
          "off, or 1s to 65535s");
      access(peer.access());
    }
  }

  private void access(AccessRules access) {
    if (access.allow() != null) {
      line("    allow: " + entries(access.allow()), "");
    }
    if (!access.deny().isEmpty()) {
      line("    deny: " + entries(access.deny()), "");
    }
    if (access.log()) {
      line("    log: true", "");
    }
  }

  private static String entries(List<AccessEntry> entries) {
    return entries.stream()
        .map(entry -> "\"" + entry + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** What differs from the defaults, beside the limit that people look for. */
  private void tuning(Tuning tuning) {
    line("tuning:", "");
    line(
        "  rekey-after-bytes: " + Units.formatBytes(tuning.rekeyAfterBytes()),
        "traffic of one session; at least 1MiB");
    Map<String, String> changed = TuningSection.changed(tuning);
    changed.remove(TuningSection.REKEY_AFTER_BYTES);
    changed.forEach((key, value) -> line("  " + key + ": " + value, ""));
  }

  private void clients(Clients clients) {
    line("", "");
    Map<String, String> changed = ClientsSection.changed(clients);
    if (changed.isEmpty()) {
      out.append(EXAMPLE_CLIENTS);
      return;
    }
    line("clients:", "what `taltun peer add` hands out");
    changed.forEach((key, value) -> line("  " + key + ": " + value, ""));
  }

  private void line(String text, String comment) {
    out.append(text);
    if (!comment.isEmpty()) {
      out.repeat(' ', Math.max(2, COMMENT_COLUMN - text.length())).append("# ").append(comment);
    }
    out.append('\n');
  }

  static String list(List<IpPrefix> prefixes) {
    return prefixes.stream()
        .map(prefix -> prefix.isIpv4() ? prefix.toString() : "\"" + prefix + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** The text as a YAML scalar: plain where that is safe, else in double quotes. */
  static String scalar(String text) {
    if (PLAIN.matcher(text).matches()) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
              } else if (isBare(c)) {
                quoted.appendCodePoint(c);
              } else {
                quoted.append(String.format("\\U%08x", c));
              }
            });
    return quoted.append('"').toString();
  }

  /** On one line, and nothing in it that the reader would refuse. */
  private static String commentText(String text) {
    return text.codePoints()
        .map(c -> isBare(c) ? c : '?')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Whether the character stands for itself in YAML: no control, no line break of any kind. */
  private static boolean isBare(int c) {
    return StreamReader.isPrintable(c)
        && !Character.isISOControl(c)
        && Character.getType(c) != Character.LINE_SEPARATOR
        && Character.getType(c) != Character.PARAGRAPH_SEPARATOR;
  }
}
