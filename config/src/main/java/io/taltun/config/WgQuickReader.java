package io.taltun.config;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.X25519;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns the sections of a wg-quick file into a configuration. */
final class WgQuickReader {
  private static final String SUFFIX = ".conf";
  private static final int TABLE_LOCAL = 255;
  private static final int TABLE_DEFAULT = 253;

  private final Problems problems;
  private final X25519 x25519;
  private final Claims claims;
  private PublicKey own;

  WgQuickReader(Problems problems, X25519 x25519) {
    this.problems = problems;
    this.x25519 = x25519;
    this.claims = new Claims(problems);
  }

  ConfigResult read(String text) {
    WgQuickSections sections = WgQuickSections.parse(text, problems);
    InterfaceConfig iface = null;
    Hooks hooks = Hooks.NONE;
    if (sections.iface() == null) {
      problems.error(Place.START, "[Interface] is missing; is this a wg-quick file?");
    } else {
      iface = iface(sections.iface());
      hooks = WgQuickHooks.read(sections.iface(), interfaceName());
    }
    List<PeerConfig> peers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (WgQuickSections.Section section : sections.peers()) {
      PeerConfig peer = peer(section, name(section, peers.size() + 1, names));
      if (peer != null) {
        peers.add(peer);
      }
    }
    if (!problems.none()) {
      if (iface != null) {
        iface.privateKey().close();
      }
      peers.forEach(peer -> peer.presharedKey().close());
      return problems.invalid();
    }
    return new ConfigResult.Valid(
        new TaltunConfig(
            iface,
            peers,
            Tuning.DEFAULT,
            Relay.DEFAULT,
            Metrics.DEFAULT,
            Clients.DEFAULT,
            hooks,
            problems.file()),
        problems.warnings());
  }

  private InterfaceConfig iface(WgQuickSections.Section section) {
    PrivateKey privateKey = section.value("PrivateKey", PrivateKey::ofBase64, null);
    if (privateKey != null) {
      own = privateKey.publicKey(x25519);
    } else if (!section.has("PrivateKey")) {
      problems.error(section.place(), "PrivateKey is missing in [Interface]; add it");
    }
    List<Placed<IpPrefix>> placed = section.list("Address", IpPrefix::parse);
    placed.forEach(claims::ownAddress);
    List<IpPrefix> addresses = placed.stream().map(Placed::value).toList();
    Mtu mtu = section.value("MTU", Mtu::parse, Mtu.AUTO);
    if (InterfaceReader.tooSmallForIpv6(mtu, addresses)) {
      problems.error(section.place("MTU"), "MTU: " + InterfaceReader.TOO_SMALL_FOR_IPV6);
    }
    int listenPort = section.value("ListenPort", InterfaceReader::port, 0);
    RouteTable table = section.value("Table", WgQuickReader::table, RouteTable.MAIN);
    int fwmark = section.value("FwMark", WgQuickReader::fwmark, 0);
    return privateKey == null
        ? null
        : new InterfaceConfig(
            interfaceName(),
            privateKey,
            addresses,
            listenPort,
            mtu,
            MssClamp.AUTO,
            List.of(),
            table,
            fwmark,
            Workers.AUTO);
  }

  private PeerConfig peer(WgQuickSections.Section section, String name) {
    PublicKey publicKey = section.value("PublicKey", PublicKey::ofBase64, null);
    if (publicKey != null) {
      claims.publicKey(new Placed<>(publicKey, section.place("PublicKey")), name, own);
    } else if (!section.has("PublicKey")) {
      problems.error(section.place(), "PublicKey is missing in [Peer]; add it");
    }
    // wg takes a prefix that one peer lists twice; between peers it would move, here it is an
    // error.
    Map<IpPrefix, Placed<IpPrefix>> allowedIps = new LinkedHashMap<>();
    for (Placed<IpPrefix> prefix : section.list("AllowedIPs", WgQuickReader::allowedIp)) {
      allowedIps.putIfAbsent(prefix.value(), prefix);
    }
    allowedIps.values().forEach(prefix -> claims.allowedIp(prefix, name));
    PresharedKey presharedKey =
        section.value("PresharedKey", PresharedKey::ofBase64, PresharedKey.none());
    HostPort endpoint = section.value("Endpoint", HostPort::parse, null);
    Duration keepalive =
        section.value("PersistentKeepalive", WgQuickReader::keepalive, Duration.ZERO);
    return publicKey == null
        ? null
        : new PeerConfig(
            name,
            publicKey,
            presharedKey,
            endpoint,
            List.copyOf(allowedIps.keySet()),
            keepalive,
            AccessRules.NONE);
  }

  private static String name(WgQuickSections.Section section, int number, Set<String> taken) {
    String wanted = section.name() == null ? "peer-" + number : section.name();
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      String suffix = "-" + i;
      int kept = Math.min(wanted.length(), Names.MAX_PEER_CHARS - suffix.length());
      name = wanted.substring(0, kept) + suffix;
    }
    return name;
  }

  private String interfaceName() {
    Path fileName = problems.file().getFileName();
    String name = fileName == null ? "" : fileName.toString();
    if (name.endsWith(SUFFIX)) {
      name = name.substring(0, name.length() - SUFFIX.length());
    }
    return Names.isInterface(name) ? name : InterfaceConfig.DEFAULT_NAME;
  }

  /** The names are those of iproute2's rt_tables. */
  private static RouteTable table(String text) {
    return switch (text) {
      case "auto", "main" -> RouteTable.MAIN;
      case "local" -> new RouteTable(TABLE_LOCAL);
      case "default" -> new RouteTable(TABLE_DEFAULT);
      default -> RouteTable.parse(text);
    };
  }

  private static int fwmark(String text) {
    return text.equals("off") ? 0 : InterfaceReader.fwmark(text);
  }

  private static IpPrefix allowedIp(String text) {
    // wg(8): a plus adds, which is what a file does anyway.
    return IpPrefix.parse(text.startsWith("+") ? text.substring(1) : text).network();
  }

  private static Duration keepalive(String text) {
    return text.equals("off")
        ? Duration.ZERO
        : Duration.ofSeconds(Decimal.parse(text, 0, PeerConfig.MOST_KEEPALIVE.toSeconds()));
  }
}
