package io.taltun.daemon.onboard;

import io.taltun.config.IpPrefix;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Optional;

/** Guesses where clients reach this machine. */
public final class OutsideAddress {
  /** Documentation addresses (RFC 5737, RFC 3849): nobody's, so the default routes lead there. */
  private static final List<String> SOMEWHERE = List.of("192.0.2.1", "2001:db8::1");

  /** Any but 0: nothing is sent. */
  private static final int PORT = 9;

  private static final List<IpPrefix> PRIVATE =
      List.of(
          IpPrefix.parse("10.0.0.0/8"),
          IpPrefix.parse("172.16.0.0/12"),
          IpPrefix.parse("192.168.0.0/16"),
          IpPrefix.parse("100.64.0.0/10"),
          IpPrefix.parse("169.254.0.0/16"),
          IpPrefix.parse("fc00::/7"),
          IpPrefix.parse("fe80::/10"));

  private OutsideAddress() {}

  /**
   * The source address of the default route, IPv4's before IPv6's.
   *
   * @param tunnel addresses that are not outside
   */
  public static Optional<InetAddress> guess(List<IpPrefix> tunnel) {
    return SOMEWHERE.stream()
        .map(OutsideAddress::sourceTowards)
        .flatMap(Optional::stream)
        .filter(source -> tunnel.stream().noneMatch(own -> own.contains(source)))
        .findFirst();
  }

  /** Connecting a UDP socket looks its route up and sends nothing. */
  private static Optional<InetAddress> sourceTowards(String destination) {
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.connect(new InetSocketAddress(InetAddress.ofLiteral(destination), PORT));
      InetAddress source = ((InetSocketAddress) channel.getLocalAddress()).getAddress();
      boolean usable = !source.isAnyLocalAddress() && !source.isLoopbackAddress();
      return usable ? Optional.of(withoutZone(source)) : Optional.empty();
    } catch (IOException noRoute) {
      return Optional.empty();
    }
  }

  private static InetAddress withoutZone(InetAddress address) throws IOException {
    return address instanceof Inet6Address
        ? InetAddress.getByAddress(address.getAddress())
        : address;
  }

  /** Whether only a private network, or a provider's, knows the address: a NAT is in between. */
  public static boolean isPrivate(InetAddress address) {
    return PRIVATE.stream().anyMatch(prefix -> prefix.contains(address));
  }
}
