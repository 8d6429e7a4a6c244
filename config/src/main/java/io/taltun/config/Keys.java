package io.taltun.config;

import java.util.List;
import java.util.Optional;

/** The keys of peers.yaml, in the order in which they are written. */
final class Keys {
  static final List<String> ROOT =
      List.of("interface", "peers", "tuning", "relay", "metrics", "clients", "hooks");

  static final List<String> INTERFACE =
      List.of(
          "name",
          "private-key",
          "private-key-file",
          "address",
          "listen-port",
          "mtu",
          "mss-clamp",
          "routes",
          "route-table",
          "fwmark",
          "workers");

  static final List<String> PEER =
      List.of(
          "name",
          "public-key",
          "preshared-key",
          "preshared-key-file",
          "endpoint",
          "allowed-ips",
          "persistent-keepalive",
          AccessReader.ALLOW,
          AccessReader.DENY,
          AccessReader.LOG);

  static final List<String> TUNING =
      List.of(
          "rekey-after-bytes",
          "tun-tso",
          "tun-uso",
          "tun-gro",
          "udp-gso",
          "udp-gro",
          "aead",
          "pinning",
          "receive-buffer",
          "send-buffer",
          "tun-queue");

  static final List<String> RELAY = List.of("enabled");

  static final List<String> METRICS = List.of("listen");

  static final List<String> CLIENTS =
      List.of("endpoint", "allowed-ips", "dns", "mtu", "persistent-keepalive");
  static final List<String> HOOKS =
      List.of("on-up", "on-down", "on-peer-online", "on-peer-offline", "timeout");

  private Keys() {}

  /** Where a key is at home that stands in the wrong section. */
  static Optional<String> sectionOf(String key) {
    if (INTERFACE.contains(key)) {
      return Optional.of("`interface`");
    }
    if (PEER.contains(key)) {
      return Optional.of("an entry of `peers`");
    }
    if (TUNING.contains(key)) {
      return Optional.of("`tuning`");
    }
    if (CLIENTS.contains(key)) {
      return Optional.of("`clients`");
    }
    if (HOOKS.contains(key)) {
      return Optional.of("`hooks`");
    }
    if (ROOT.contains(key)) {
      return Optional.of("the top level of the file");
    }
    return Optional.empty();
  }
}
