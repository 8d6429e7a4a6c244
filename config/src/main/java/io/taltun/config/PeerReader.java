package io.taltun.config;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import java.time.Duration;
import java.util.List;

/** Reads the entries of {@code peers}. */
final class PeerReader {
  private final Problems problems;
  private final Claims claims;
  private final Secrets secrets;
  private final PublicKey own;

  /**
   * @param own our public key, or null when ours could not be read
   */
  PeerReader(Problems problems, Claims claims, Secrets secrets, PublicKey own) {
    this.problems = problems;
    this.claims = claims;
    this.secrets = secrets;
    this.own = own;
  }

  /**
   * One peer, or null after an error that leaves it without a key.
   *
   * @param number of the entry, from 1, which names a peer without a name
   */
  PeerConfig read(Section section, int number) {
    Placed<String> name = section.value("name", Names::peer, null);
    if (name == null) {
      name = new Placed<>(nameByPlace(number), section.place());
    }
    claims.name(name);
    Placed<PublicKey> publicKey = section.value("public-key", PublicKey::ofBase64, null);
    if (publicKey != null) {
      claims.publicKey(publicKey, name.value(), own);
    } else if (!section.has("public-key")) {
      problems.error(
          section.place(),
          "`public-key` is missing in a peer; add the one that `taltun pubkey` prints there");
    }
    PresharedKey presharedKey = secrets.readPresharedKey(section);
    HostPort endpoint = section.valueOr("endpoint", HostPort::parse, null);
    List<Placed<IpPrefix>> allowedIps =
        section.list("allowed-ips", text -> IpPrefix.parse(text).network());
    for (Placed<IpPrefix> prefix : allowedIps) {
      claims.allowedIp(prefix, name.value());
    }
    Duration keepalive =
        section.valueOr(
            "persistent-keepalive", Units::keepalive, PeerConfig.defaultKeepalive(endpoint));
    AccessRules access = AccessReader.read(section, problems);
    return publicKey == null
        ? null
        : new PeerConfig(
            name.value(),
            publicKey.value(),
            presharedKey,
            endpoint,
            allowedIps.stream().map(Placed::value).toList(),
            keepalive,
            access);
  }

  /** What a peer without a name is called; {@code number} counts from 1. */
  static String nameByPlace(int number) {
    return "peer-" + number;
  }
}
