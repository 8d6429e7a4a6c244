package io.taltun.config;

import io.taltun.crypto.key.PrivateKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the section {@code interface}. */
final class InterfaceReader {
  private static final int MAX_PORT = 65_535;

  private final Section section;
  private final Problems problems;
  private final Claims claims;
  private final Secrets secrets;

  InterfaceReader(Section section, Problems problems, Claims claims, Secrets secrets) {
    this.section = section;
    this.problems = problems;
    this.claims = claims;
    this.secrets = secrets;
  }

  /** The interface, or null after an error that leaves it without a key. */
  InterfaceConfig read() {
    String name = section.valueOr("name", Names::interfaceName, InterfaceConfig.DEFAULT_NAME);
    PrivateKey privateKey = secrets.readPrivateKey(section);
    List<Placed<IpPrefix>> addresses = section.list("address", IpPrefix::parse);
    addresses.forEach(claims::ownAddress);
    int listenPort = section.valueOr("listen-port", InterfaceReader::port, 0);
    Mtu mtu = mtu(addresses);
    MssClamp mssClamp = section.valueOr("mss-clamp", MssClamp::parse, MssClamp.AUTO);
    List<IpPrefix> routes = routes();
    RouteTable routeTable = section.valueOr("route-table", RouteTable::parse, RouteTable.MAIN);
    int fwmark = section.valueOr("fwmark", InterfaceReader::fwmark, 0);
    Workers workers = section.valueOr("workers", Workers::parse, Workers.AUTO);
    return privateKey == null
        ? null
        : new InterfaceConfig(
            name,
            privateKey,
            addresses.stream().map(Placed::value).toList(),
            listenPort,
            mtu,
            mssClamp,
            routes,
            routeTable,
            fwmark,
            workers);
  }

  private Mtu mtu(List<Placed<IpPrefix>> addresses) {
    Placed<Mtu> mtu = section.value("mtu", Mtu::parse, new Placed<>(Mtu.AUTO, section.place()));
    if (tooSmallForIpv6(mtu.value(), addresses.stream().map(Placed::value).toList())) {
      problems.error(mtu.place(), "mtu: " + TOO_SMALL_FOR_IPV6);
    }
    return mtu.value();
  }

  /** What {@link #tooSmallForIpv6} means. */
  static final String TOO_SMALL_FOR_IPV6 =
      "IPv6 needs at least 1280; raise it or remove the IPv6 address";

  static boolean tooSmallForIpv6(Mtu mtu, List<IpPrefix> addresses) {
    return mtu.resolve() < Mtu.LEAST_IPV6 && !addresses.stream().allMatch(IpPrefix::isIpv4);
  }

  private List<IpPrefix> routes() {
    Map<IpPrefix, Place> seen = new HashMap<>();
    List<Placed<IpPrefix>> routes = section.list("routes", text -> IpPrefix.parse(text).network());
    for (Placed<IpPrefix> route : routes) {
      Place first = seen.putIfAbsent(route.value(), route.place());
      if (first != null) {
        problems.error(
            route.place(),
            route.value() + " is routed twice, first on line " + first.line() + "; remove one");
      }
    }
    return routes.stream().map(Placed::value).toList();
  }

  static int port(String text) {
    return (int) Decimal.parse(text, 0, MAX_PORT);
  }

  /** A number of 32 bits, decimal or after 0x. */
  static int fwmark(String text) {
    if (text.matches("0[xX][0-9a-fA-F]{1,8}")) {
      return Integer.parseUnsignedInt(text.substring(2), 16);
    }
    try {
      return (int) Decimal.parse(text, 0, 0xffff_ffffL);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + ", decimal or like 0x1f", e);
    }
  }
}
