package io.taltun.config;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** The section {@code clients}, from text and back. */
final class ClientsSection {
  private static final String ENDPOINT = "endpoint";
  private static final String ALLOWED_IPS = "allowed-ips";
  private static final String DNS = "dns";
  private static final String MTU = "mtu";
  private static final String PERSISTENT_KEEPALIVE = "persistent-keepalive";

  private ClientsSection() {}

  /**
   * @param section null when the file has none
   */
  static Clients read(Section section) {
    Clients absent = Clients.DEFAULT;
    if (section == null) {
      return absent;
    }
    return new Clients(
        section.valueOr(ENDPOINT, HostPort::parse, absent.endpoint()),
        section.list(ALLOWED_IPS, text -> IpPrefix.parse(text).network()).stream()
            .map(Placed::value)
            .toList(),
        section.list(DNS, Clients::parseDns).stream().map(Placed::value).toList(),
        section.valueOr(MTU, ClientsSection::mtu, absent.mtu()),
        section.valueOr(PERSISTENT_KEEPALIVE, Units::keepalive, absent.persistentKeepalive()));
  }

  /** Clients have IPv6 addresses wherever the gateway has one: never less than that needs. */
  private static Mtu mtu(String text) {
    if (text.equals(Mtu.AUTO.toString())) {
      return Mtu.AUTO;
    }
    try {
      return new Mtu((int) Decimal.parse(text, Mtu.LEAST_IPV6, Mtu.MOST));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", or auto", e);
    }
  }

  /** The settings that differ from the defaults, by key, in the order in which they are written. */
  static SequencedMap<String, String> changed(Clients clients) {
    Clients absent = Clients.DEFAULT;
    SequencedMap<String, String> changed = new LinkedHashMap<>();
    if (clients.endpoint() != null) {
      changed.put(ENDPOINT, PeersYaml.scalar(clients.endpoint().toString()));
    }
    if (!clients.allowedIps().isEmpty()) {
      changed.put(ALLOWED_IPS, PeersYaml.list(clients.allowedIps()));
    }
    if (!clients.dns().isEmpty()) {
      changed.put(
          DNS,
          clients.dns().stream()
              .map(PeersYaml::scalar)
              .collect(Collectors.joining(", ", "[", "]")));
    }
    if (!clients.mtu().isAuto()) {
      changed.put(MTU, clients.mtu().toString());
    }
    if (!clients.persistentKeepalive().equals(absent.persistentKeepalive())) {
      changed.put(PERSISTENT_KEEPALIVE, Units.formatKeepalive(clients.persistentKeepalive()));
    }
    return changed;
  }
}
