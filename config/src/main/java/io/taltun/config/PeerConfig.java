package io.taltun.config;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * One peer.
 *
 * @param name unique in the file
 * @param publicKey unique in the file, never our own
 * @param presharedKey {@link PresharedKey#none()} when there is none
 * @param endpoint null for a peer that calls us
 * @param allowedIps what may come from the peer and what is sent to it, host bits cleared
 * @param persistentKeepalive whole seconds, 1 to 65535; zero when off
 * @param access what it may send
 */
public record PeerConfig(
    String name,
    PublicKey publicKey,
    PresharedKey presharedKey,
    HostPort endpoint,
    List<IpPrefix> allowedIps,
    Duration persistentKeepalive,
    AccessRules access) {
  /** For a peer with an endpoint; others start with it off. */
  public static final Duration DEFAULT_KEEPALIVE = Duration.ofSeconds(10);

  /** The UAPI's field has 16 bits. */
  public static final Duration MOST_KEEPALIVE = Duration.ofSeconds(65_535);

  /** Copies the list. */
  public PeerConfig {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(publicKey, "publicKey");
    Objects.requireNonNull(presharedKey, "presharedKey");
    Objects.requireNonNull(persistentKeepalive, "persistentKeepalive");
    Objects.requireNonNull(access, "access");
    allowedIps = List.copyOf(allowedIps);
  }

  /** Of a peer with that endpoint, which may be null. */
  static Duration defaultKeepalive(HostPort endpoint) {
    return endpoint == null ? Duration.ZERO : DEFAULT_KEEPALIVE;
  }

  /** The same under another name. */
  PeerConfig withName(String other) {
    return new PeerConfig(
        other, publicKey, presharedKey, endpoint, allowedIps, persistentKeepalive, access);
  }

  /** One that may send everything. */
  public PeerConfig(
      String name,
      PublicKey publicKey,
      PresharedKey presharedKey,
      HostPort endpoint,
      List<IpPrefix> allowedIps,
      Duration persistentKeepalive) {
    this(
        name, publicKey, presharedKey, endpoint, allowedIps, persistentKeepalive, AccessRules.NONE);
  }

  /** The same with another preshared key. */
  public PeerConfig with(PresharedKey presharedKey) {
    return new PeerConfig(
        name, publicKey, presharedKey, endpoint, allowedIps, persistentKeepalive, access);
  }

  /**
   * A peer's name.
   *
   * @throws IllegalArgumentException when no peer may be called so; the message says why
   */
  public static String parseName(String text) {
    return Names.peer(text);
  }
}
