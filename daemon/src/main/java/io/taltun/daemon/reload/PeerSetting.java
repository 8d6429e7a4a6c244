package io.taltun.daemon.reload;

import io.taltun.config.AccessRules;
import io.taltun.config.HostPort;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import java.time.Duration;
import java.util.List;

/**
 * A peer to add or to change, as JSON has it. What is absent stays as it is, or is the file's
 * default for a new peer.
 *
 * @param publicKey base64
 * @param presharedKey base64; {@value #NONE} takes it away
 * @param endpoint {@code HOST:PORT}; {@value #NONE} makes the peer call us
 * @param allowedIps all of them
 * @param persistentKeepaliveSeconds 0 is off
 */
public record PeerSetting(
    String publicKey,
    String name,
    String presharedKey,
    String endpoint,
    List<String> allowedIps,
    Integer persistentKeepaliveSeconds) {
  private static final String NONE = "none";

  /**
   * The peer that comes of it.
   *
   * @param before null for a new one
   * @return with a preshared key of its own
   * @throws IllegalArgumentException for a bad value; the message shows no key
   */
  PeerConfig over(PeerConfig before) {
    PublicKey key = PublicKey.ofBase64(publicKey);
    HostPort where = before == null ? null : before.endpoint();
    if (endpoint != null) {
      where = endpoint.equals(NONE) ? null : HostPort.parse(endpoint);
    }
    Duration keepalive =
        before != null
            ? before.persistentKeepalive()
            : where == null ? Duration.ZERO : PeerConfig.DEFAULT_KEEPALIVE;
    if (persistentKeepaliveSeconds != null) {
      keepalive = Duration.ofSeconds(persistentKeepaliveSeconds);
      if (keepalive.isNegative() || keepalive.compareTo(PeerConfig.MOST_KEEPALIVE) > 0) {
        throw new IllegalArgumentException("persistentKeepaliveSeconds is 0 to 65535");
      }
    }
    String called = before == null ? key.toString() : before.name();
    return new PeerConfig(
        name == null ? called : PeerConfig.parseName(name),
        key,
        newPresharedKey(before),
        where,
        allowedIps == null
            ? before == null ? List.of() : before.allowedIps()
            : allowedIps.stream().map(it -> IpPrefix.parse(it).network()).distinct().toList(),
        keepalive,
        before == null ? AccessRules.NONE : before.access());
  }

  private PresharedKey newPresharedKey(PeerConfig before) {
    if (presharedKey == null) {
      return before == null ? PresharedKey.none() : before.presharedKey().copy();
    }
    return presharedKey.equals(NONE) ? PresharedKey.none() : PresharedKey.ofBase64(presharedKey);
  }

  /** Without the preshared key. */
  @Override
  public String toString() {
    return "PeerSetting[" + publicKey + "]";
  }
}
