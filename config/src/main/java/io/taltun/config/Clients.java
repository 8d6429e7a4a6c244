package io.taltun.config;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What {@code taltun peer add} writes into the configurations that it hands out. The gateway itself
 * does not use it.
 *
 * @param endpoint where clients reach this gateway; null to guess
 * @param allowedIps what clients send through the tunnel, host bits cleared; empty for the networks
 *     of the gateway's own addresses
 * @param dns addresses of name servers, and search domains
 * @param mtu of the clients' device; automatic leaves it to them
 * @param persistentKeepalive whole seconds, 1 to 65535; zero when off
 */
public record Clients(
    HostPort endpoint,
    List<IpPrefix> allowedIps,
    List<String> dns,
    Mtu mtu,
    Duration persistentKeepalive) {
  /** 25 s: less than the 30 s after which many a NAT forgets a UDP flow. */
  public static final Clients DEFAULT =
      new Clients(null, List.of(), List.of(), Mtu.AUTO, Duration.ofSeconds(25));

  /** Copies the lists. */
  public Clients {
    Objects.requireNonNull(mtu, "mtu");
    Objects.requireNonNull(persistentKeepalive, "persistentKeepalive");
    allowedIps = List.copyOf(allowedIps);
    dns = List.copyOf(dns);
  }

  /**
   * A name server's address or a search domain, as wg-quick's DNS takes them.
   *
   * @throws IllegalArgumentException when it is neither; the message says what is wrong
   */
  public static String parseDns(String text) {
    var address = IpLiteral.parse(text);
    if (address != null) {
      return IpLiteral.format(address);
    }
    if (!HostPort.isHost(text)) {
      throw new IllegalArgumentException(
          Quote.value(text) + " is neither a name server's IP address nor a search domain");
    }
    return text;
  }

  /**
   * {@code off}, or a duration with its unit.
   *
   * @throws IllegalArgumentException when it is neither; the message says what is wrong
   */
  public static Duration parseKeepalive(String text) {
    return Units.keepalive(text);
  }
}
