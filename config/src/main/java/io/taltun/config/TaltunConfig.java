package io.taltun.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A whole configuration, complete and consistent.
 *
 * @param iface our side
 * @param peers in the file's order
 * @param tuning limits
 * @param relay peer-to-peer packets
 * @param metrics where they are served
 * @param clients what new clients are told
 * @param hooks commands that are run at events
 * @param source the file it was read from, as it was named
 */
public record TaltunConfig(
    InterfaceConfig iface,
    List<PeerConfig> peers,
    Tuning tuning,
    Relay relay,
    Metrics metrics,
    Clients clients,
    Hooks hooks,
    Path source) {
  /** Copies the list. */
  public TaltunConfig {
    Objects.requireNonNull(iface, "iface");
    Objects.requireNonNull(tuning, "tuning");
    Objects.requireNonNull(relay, "relay");
    Objects.requireNonNull(metrics, "metrics");
    Objects.requireNonNull(clients, "clients");
    Objects.requireNonNull(hooks, "hooks");
    Objects.requireNonNull(source, "source");
    peers = List.copyOf(peers);
  }

  /** The same with another interface and other peers. */
  public TaltunConfig with(InterfaceConfig iface, List<PeerConfig> peers) {
    return new TaltunConfig(iface, peers, tuning, relay, metrics, clients, hooks, source);
  }
}
