package io.taltun.config;

import io.taltun.crypto.key.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What turns one configuration of a gateway into another, for people to read. Secrets are compared
 * and not shown. A peer is known by its public key: another key is another peer.
 *
 * @param gateway what changes outside of the peers, a line for each section of the file
 * @param restart what only a restart changes, like {@code interface workers auto -> 2}
 * @param added peers, in the file's order
 * @param removed peers
 * @param changed peers
 * @param reordered whether the peers that stay stand in another order
 */
public record Diff(
    List<String> gateway,
    List<String> restart,
    List<PeerConfig> added,
    List<PeerConfig> removed,
    List<Changed> changed,
    boolean reordered) {
  /**
   * A peer that is in both.
   *
   * @param settings what is different, like {@code allowed-ips +10.0.0.9/32}
   */
  public record Changed(PeerConfig before, PeerConfig after, List<String> settings) {
    /** Copies the list. */
    public Changed {
      settings = List.copyOf(settings);
    }
  }

  /** Copies the lists. */
  public Diff {
    gateway = List.copyOf(gateway);
    restart = List.copyOf(restart);
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changed = List.copyOf(changed);
  }

  /**
   * Compares.
   *
   * @param running what is in force, where it can change while the gateway runs
   * @param started what the gateway was started with, where it cannot
   * @param wanted what is to be in force; its keys and those of {@code running} are open
   */
  public static Diff between(TaltunConfig running, TaltunConfig started, TaltunConfig wanted) {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> restart = new ArrayList<>();
    for (Setting<TaltunConfig> setting : Settings.GATEWAY) {
      String change = setting.change(setting.live() ? running : started, wanted);
      if (change != null && setting.live()) {
        sections.computeIfAbsent(setting.section(), _ -> new ArrayList<>()).add(change);
      } else if (change != null) {
        restart.add(setting.section() + " " + change);
      }
    }
    List<String> gateway = new ArrayList<>();
    sections.forEach(
        (section, changes) -> gateway.add(section + ": " + String.join(", ", changes)));

    Map<PublicKey, PeerConfig> before = byKey(running.peers());
    Map<PublicKey, PeerConfig> after = byKey(wanted.peers());
    List<Changed> changed = new ArrayList<>();
    for (PeerConfig now : wanted.peers()) {
      PeerConfig old = before.get(now.publicKey());
      List<String> settings = old == null ? List.of() : changes(old, now);
      if (!settings.isEmpty()) {
        changed.add(new Changed(old, now, settings));
      }
    }
    return new Diff(
        gateway,
        restart,
        wanted.peers().stream().filter(it -> !before.containsKey(it.publicKey())).toList(),
        running.peers().stream().filter(it -> !after.containsKey(it.publicKey())).toList(),
        changed,
        !staying(running.peers(), after).equals(staying(wanted.peers(), before)));
  }

  private static Map<PublicKey, PeerConfig> byKey(List<PeerConfig> peers) {
    Map<PublicKey, PeerConfig> map = new LinkedHashMap<>();
    peers.forEach(peer -> map.put(peer.publicKey(), peer));
    return map;
  }

  private static List<PublicKey> staying(
      List<PeerConfig> peers, Map<PublicKey, PeerConfig> others) {
    return peers.stream().map(PeerConfig::publicKey).filter(others::containsKey).toList();
  }

  private static List<String> changes(PeerConfig before, PeerConfig after) {
    return Settings.EACH_PEER.stream()
        .map(setting -> setting.change(before, after))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Whether a running gateway has nothing to do. */
  public boolean isEmpty() {
    return gateway.isEmpty()
        && added.isEmpty()
        && removed.isEmpty()
        && changed.isEmpty()
        && !reordered;
  }

  /** What changes while the gateway runs: {@code + peer …}, {@code - peer …}, {@code ~ …}. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    gateway.forEach(section -> lines.add("~ " + section));
    removed.forEach(peer -> lines.add("- peer " + peer.name()));
    changed.forEach(
        it -> lines.add("~ peer " + it.before.name() + ": " + String.join(", ", it.settings)));
    added.forEach(peer -> lines.add("+ peer " + peer.name() + described(peer)));
    if (reordered) {
      lines.add("~ peers: their order");
    }
    return lines;
  }

  private static String described(PeerConfig peer) {
    Stream<String> settings =
        Settings.EACH_PEER.stream()
            .filter(setting -> !setting.key().equals("name") && setting.text() != null)
            .map(setting -> setting.description(peer))
            .filter(Objects::nonNull);
    List<String> words =
        Stream.concat(
                settings, peer.presharedKey().isNone() ? Stream.of() : Stream.of("preshared-key"))
            .toList();
    return words.isEmpty() ? "" : ": " + String.join(", ", words);
  }
}
