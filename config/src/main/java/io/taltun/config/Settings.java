package io.taltun.config;

import static io.taltun.config.Setting.PEER;
import static io.taltun.config.Setting.atStart;
import static io.taltun.config.Setting.live;
import static io.taltun.config.Setting.secret;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Every key that a reload compares, in the order in which changes are told. A new key of the file
 * is one line here. The name of the interface and a peer's public key are missing: they say which
 * gateway and which peer is spoken of.
 */
final class Settings {
  private static final String INTERFACE = "interface";
  private static final String TUNING = "tuning";

  /** Of the gateway as a whole. */
  static final List<Setting<TaltunConfig>> GATEWAY =
      List.of(
          secret(INTERFACE, "private-key", it -> it.iface().privateKey()),
          live(INTERFACE, "address", it -> it.iface().addresses()),
          live(INTERFACE, "listen-port", it -> it.iface().listenPort()),
          live(INTERFACE, "mtu", it -> it.iface().mtu()),
          live(INTERFACE, "mss-clamp", it -> it.iface().mssClamp()),
          live(INTERFACE, "routes", it -> it.iface().routes()),
          live(INTERFACE, "route-table", it -> it.iface().routeTable()),
          live(INTERFACE, "fwmark", it -> Integer.toUnsignedString(it.iface().fwmark())),
          atStart(INTERFACE, "workers", it -> it.iface().workers()),
          tuning("rekey-after-bytes", true),
          tuning("tun-tso", false),
          tuning("tun-uso", false),
          tuning("tun-gro", false),
          tuning("udp-gso", false),
          tuning("udp-gro", false),
          tuning("aead", false),
          tuning("pinning", false),
          tuning("receive-buffer", false),
          tuning("send-buffer", false),
          tuning("tun-queue", false),
          live("relay", "enabled", it -> it.relay().enabled()),
          atStart("metrics", "listen", TaltunConfig::metrics),
          hook(HookEvent.UP),
          hook(HookEvent.DOWN),
          hook(HookEvent.PEER_ONLINE),
          hook(HookEvent.PEER_OFFLINE),
          live("hooks", "timeout", it -> it.hooks().timeout().toSeconds() + "s"));

  /** Of one peer. */
  static final List<Setting<PeerConfig>> EACH_PEER =
      List.of(
          live(PEER, "name", PeerConfig::name),
          secret(PEER, "preshared-key", PeerConfig::presharedKey),
          live(PEER, "endpoint", PeerConfig::endpoint),
          live(PEER, "allowed-ips", PeerConfig::allowedIps),
          keepalive(),
          live(PEER, AccessReader.ALLOW, it -> allowed(it.access())),
          live(PEER, AccessReader.DENY, it -> it.access().deny()),
          live(PEER, AccessReader.LOG, it -> it.access().log() ? true : null));

  private Settings() {}

  private static Setting<TaltunConfig> tuning(String key, boolean live) {
    Function<TaltunConfig, ?> text = it -> TuningSection.texts(it.tuning()).get(key);
    return live ? live(TUNING, key, text) : atStart(TUNING, key, text);
  }

  /**
   * No list and an empty one are as far from each other as can be: both have words of their own.
   */
  private static Object allowed(AccessRules access) {
    if (access.allow() == null) {
      return Setting.EVERYTHING;
    }
    return access.allow().isEmpty() ? "nothing" : access.allow();
  }

  private static Setting<TaltunConfig> hook(HookEvent event) {
    // It may hold a password.
    return secret("hooks", event.key(), it -> it.hooks().at(event));
  }

  private static Setting<PeerConfig> keepalive() {
    return new Setting<>(
        PEER,
        "persistent-keepalive",
        PeerConfig::persistentKeepalive,
        it -> Units.formatKeepalive((Duration) it),
        true);
  }
}
