package io.taltun.config;

import java.net.Inet6Address;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a peer is reached: a host name or an IP address, and a UDP port. Names are resolved by
 * whoever connects, not here.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets, with its zone if it has
 *     one
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  private static final Pattern BRACKETED =
      Pattern.compile("\\[([^\\]%]+)(%[A-Za-z0-9_=+.-]{1,15})?\\]:([0-9]+)");
  private static final Pattern BARE = Pattern.compile("([^:\\[\\]]+):([0-9]+)");

  /** RFC 1123 labels; underscores because they are out there. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?=.{1,254}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
              + "(?:\\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\\.?");

  private static final Pattern ALL_NUMERIC = Pattern.compile("[0-9.]+");
  private static final int MAX_PORT = 65_535;

  /** Checks the port. */
  public HostPort {
    if (host.isEmpty() || port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("a host and a port from 1 to 65535 are needed");
    }
  }

  /**
   * Reads {@code HOST:PORT} or {@code [IPV6]:PORT}.
   *
   * @throws IllegalArgumentException when it is neither; the message says what is wrong
   */
  public static HostPort parse(String text) {
    Matcher bracketed = BRACKETED.matcher(text);
    if (bracketed.matches()) {
      String address = bracketed.group(1);
      if (address.indexOf(':') < 0 || IpLiteral.parse(address) == null) {
        throw new IllegalArgumentException(
            Quote.value(address) + " between the brackets is not an IPv6 address");
      }
      boolean mapped = !(IpLiteral.parse(address) instanceof Inet6Address);
      String zone = bracketed.group(2) == null || mapped ? "" : bracketed.group(2);
      return new HostPort(IpLiteral.format(IpLiteral.parse(address)) + zone, port(bracketed, 3));
    }
    Matcher bare = BARE.matcher(text);
    if (!bare.matches()) {
      throw new IllegalArgumentException(
          Quote.value(text)
              + " is not HOST:PORT; write it like vpn.example.org:51820, 192.0.2.1:51820"
              + " or \"[2001:db8::1]:51820\"");
    }
    String host = bare.group(1);
    if (!isHost(host)) {
      throw new IllegalArgumentException(
          Quote.value(host) + " is neither a host name nor an IP address");
    }
    return new HostPort(host, port(bare, 2));
  }

  /** Whether it is a host's or a domain's name, or an IPv4 address. */
  static boolean isHost(String text) {
    return ALL_NUMERIC.matcher(text).matches()
        ? IpLiteral.parse(text) != null
        : NAME.matcher(text).matches();
  }

  private static int port(Matcher matcher, int group) {
    try {
      return (int) Decimal.parse(matcher.group(group), 1, MAX_PORT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the port " + e.getMessage(), e);
    }
  }

  /** {@code host:port}, with brackets around an IPv6 address. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
