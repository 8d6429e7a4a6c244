package io.taltun.config;

import io.taltun.crypto.key.PrivateKey;
import java.util.List;
import java.util.Objects;

/**
 * The gateway's own side of the tunnel.
 *
 * @param name of the device, 1 to 15 characters
 * @param privateKey owned by whoever holds the configuration
 * @param addresses of the device, host bits kept
 * @param listenPort UDP, 0 for one that the kernel picks
 * @param mtu of the device
 * @param mssClamp of TCP connections through the tunnel
 * @param routes kernel routes beside those of the peers' allowed-ips, host bits cleared
 * @param routeTable where routes go
 * @param fwmark SO_MARK of the UDP sockets as an unsigned number, 0 for none
 * @param workers threads that carry packets
 */
public record InterfaceConfig(
    String name,
    PrivateKey privateKey,
    List<IpPrefix> addresses,
    int listenPort,
    Mtu mtu,
    MssClamp mssClamp,
    List<IpPrefix> routes,
    RouteTable routeTable,
    int fwmark,
    Workers workers) {
  /** The device's name where none is given. */
  public static final String DEFAULT_NAME = "tal0";

  /** Copies the lists. */
  public InterfaceConfig {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(privateKey, "privateKey");
    Objects.requireNonNull(mssClamp, "mssClamp");
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
  }

  /** The same with what changes while a gateway runs and is no setting of its file. */
  public InterfaceConfig with(
      PrivateKey privateKey, int listenPort, int fwmark, List<IpPrefix> routes) {
    return new InterfaceConfig(
        name,
        privateKey,
        addresses,
        listenPort,
        mtu,
        mssClamp,
        routes,
        routeTable,
        fwmark,
        workers);
  }

  /** Whether a device may be called so. */
  public static boolean isName(String text) {
    return Names.isInterface(text);
  }
}
