package io.taltun.config;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the address that a new client gets. */
public final class FreeAddress {
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;

  /** Addresses as numbers, both ends included. */
  private record Range(BigInteger first, BigInteger last) {}

  private FreeAddress() {}

  /**
   * The lowest address of a network that nobody has, or empty when all are taken. It is neither the
   * network's own address nor IPv4's broadcast nor IPv6's Subnet-Router anycast (RFC 4291 section
   * 2.6.1), but in a /31 or a /127, which have none.
   *
   * @param network host bits count for nothing
   * @param claimed of either family. A prefix wider than the network, such as 0.0.0.0/0, claims
   *     nothing in it: routes to more specific ones go before it
   */
  public static Optional<InetAddress> in(IpPrefix network, Collection<IpPrefix> claimed) {
    Range all = range(network);
    int hostBits = bits(network) - network.length();
    boolean reserved = hostBits > 1;
    BigInteger free = reserved ? all.first.add(BigInteger.ONE) : all.first;
    BigInteger last = reserved && network.isIpv4() ? all.last.subtract(BigInteger.ONE) : all.last;
    List<Range> taken =
        claimed.stream()
            .filter(claim -> claim.length() >= network.length())
            .filter(claim -> network.contains(claim.address()))
            .map(FreeAddress::range)
            .sorted(Comparator.comparing(Range::first))
            .toList();
    for (Range range : taken) {
      if (range.first.compareTo(free) > 0) {
        break;
      }
      free = free.max(range.last.add(BigInteger.ONE));
    }
    return free.compareTo(last) > 0 ? Optional.empty() : Optional.of(address(free, network));
  }

  private static int bits(IpPrefix prefix) {
    return prefix.isIpv4() ? IPV4_BITS : IPV6_BITS;
  }

  private static Range range(IpPrefix prefix) {
    BigInteger first = new BigInteger(1, prefix.network().address().getAddress());
    BigInteger size = BigInteger.ONE.shiftLeft(bits(prefix) - prefix.length());
    return new Range(first, first.add(size).subtract(BigInteger.ONE));
  }

  private static InetAddress address(BigInteger number, IpPrefix network) {
    byte[] raw = new byte[bits(network) / Byte.SIZE];
    byte[] magnitude = number.toByteArray();
    // A sign byte may stand before it, zeros may be left out.
    int length = Math.min(raw.length, magnitude.length);
    System.arraycopy(magnitude, magnitude.length - length, raw, raw.length - length, length);
    try {
      return InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }
}
