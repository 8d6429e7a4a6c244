package io.taltun.dataplane.udp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Where a peer's datagrams come from and go to: an IPv4 or IPv6 address, a port and, for link-local
 * IPv6 addresses, the interface's index; and, once the peer was heard, the address of this host
 * that it speaks to. Immutable, so that readers never see half of a move.
 *
 * <p>An IPv4-mapped IPv6 address is the IPv4 address: one place has one value. Endpoints are equal
 * when the peer's end is; {@link #sameWayAs} looks at this host's too.
 */
public final class Endpoint {
  private static final long MAPPED_IPV4_PREFIX = 0xffffL;

  private final boolean ipv4;
  private final long high;
  private final long low;
  private final int port;
  private final int scopeId;
  private final LocalAddress local;

  private Endpoint(boolean ipv4, long high, long low, int port, int scopeId, LocalAddress local) {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
    }
    this.ipv4 = ipv4;
    this.high = high;
    this.low = low;
    this.port = port;
    this.scopeId = scopeId;
    this.local = local;
  }

  /** The IPv4 endpoint whose address reads as a big-endian word {@code address}. */
  public static Endpoint ofIpv4(int address, int port) {
    return new Endpoint(true, 0, address & 0xffff_ffffL, port, 0, null);
  }

  /** The IPv6 endpoint whose address reads as two big-endian words; scope id 0 is none. */
  public static Endpoint ofIpv6(long high, long low, int port, int scopeId) {
    if (high == 0 && low >>> 32 == MAPPED_IPV4_PREFIX) {
      return ofIpv4((int) low, port);
    }
    return new Endpoint(false, high, low, port, scopeId, null);
  }

  /**
   * The same place as a socket address.
   *
   * @throws IllegalArgumentException when the address is not resolved
   */
  public static Endpoint of(InetSocketAddress address) {
    return switch (address.getAddress()) {
      case Inet4Address v4 -> ofIpv4(ByteBuffer.wrap(v4.getAddress()).getInt(), address.getPort());
      case Inet6Address v6 -> {
        ByteBuffer words = ByteBuffer.wrap(v6.getAddress());
        yield ofIpv6(words.getLong(), words.getLong(), address.getPort(), v6.getScopeId());
      }
      case null, default -> throw new IllegalArgumentException("not resolved: " + address);
    };
  }

  /** The same place, spoken to from an address of this host. */
  public Endpoint at(LocalAddress local) {
    return new Endpoint(ipv4, high, low, port, scopeId, local);
  }

  /** The address of this host that the peer speaks to; null while that is not known. */
  public LocalAddress local() {
    return local;
  }

  public boolean isIpv4() {
    return ipv4;
  }

  /** The address as one big-endian word; only of an IPv4 endpoint. */
  public int ipv4() {
    return (int) low;
  }

  /** The first eight bytes of an IPv6 address as one big-endian word. */
  public long ipv6High() {
    return high;
  }

  /** The last eight bytes of an IPv6 address as one big-endian word. */
  public long ipv6Low() {
    return low;
  }

  public int port() {
    return port;
  }

  /** The interface's index of a link-local IPv6 address, 0 elsewhere. */
  public int scopeId() {
    return scopeId;
  }

  /** This place as the JDK names it. */
  public InetSocketAddress toSocketAddress() {
    return new InetSocketAddress(address(), port);
  }

  /** The peer's address as the JDK names it. */
  public InetAddress address() {
    return address(addressBytes(high, low, 0), scopeId);
  }

  /** The address of this host that the peer speaks to; null while that is not known. */
  public InetAddress localAddress() {
    return local == null ? null : address(addressBytes(local.high(), local.low(), 0), 0);
  }

  private static InetAddress address(byte[] bytes, int scopeId) {
    try {
      return bytes.length == Integer.BYTES
          ? InetAddress.getByAddress(bytes)
          : Inet6Address.getByAddress(null, bytes, scopeId);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of 4 or 16 bytes is always one", e);
    }
  }

  /**
   * What a cookie binds its receiver to: 4 or 16 address bytes and 2 port bytes, big-endian.
   * WireGuard whitepaper, section 5.4.7; without the port everybody behind one NAT would share a
   * cookie.
   */
  public byte[] macInput() {
    byte[] input = addressBytes(high, low, Short.BYTES);
    input[input.length - 2] = (byte) (port >>> 8);
    input[input.length - 1] = (byte) port;
    return input;
  }

  /**
   * Whether both ends are the same, so that nothing is gained by replacing {@code other} with this.
   */
  public boolean sameWayAs(Endpoint other) {
    if (!equals(other)) {
      return false;
    }
    LocalAddress before = other.local;
    return local == null || before == null
        ? local == before
        : local.sameAs(before) && local.givenUp() == before.givenUp();
  }

  private byte[] addressBytes(long high, long low, int extra) {
    return ipv4
        ? ByteBuffer.allocate(Integer.BYTES + extra).putInt((int) low).array()
        : ByteBuffer.allocate(2 * Long.BYTES + extra).putLong(high).putLong(low).array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Endpoint that
        && ipv4 == that.ipv4
        && high == that.high
        && low == that.low
        && port == that.port
        && scopeId == that.scopeId;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * Long.hashCode(high) + Long.hashCode(low)) + port) + scopeId;
  }

  /** {@code 192.0.2.1:51820}, {@code [2001:db8::1]:51820}, {@code [fe80::1%2]:51820}. */
  @Override
  public String toString() {
    if (ipv4) {
      return "%d.%d.%d.%d:%d"
          .formatted(low >>> 24, low >>> 16 & 0xff, low >>> 8 & 0xff, low & 0xff, port);
    }
    StringBuilder text = new StringBuilder(64).append('[');
    appendIpv6(text);
    if (scopeId != 0) {
      text.append('%').append(scopeId);
    }
    return text.append("]:").append(port).toString();
  }

  /** RFC 5952: lower case, no leading zeros, the first longest run of two or more zeros is "::". */
  private void appendIpv6(StringBuilder text) {
    int runStart = -1;
    int runLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && group(end) == 0) {
        end++;
      }
      if (end - i > runLength) {
        runStart = i;
        runLength = end - i;
      }
    }
    for (int i = 0; i < 8; i++) {
      if (i == runStart) {
        text.append("::");
        i += runLength - 1;
        continue;
      }
      if (i > 0 && i != runStart + runLength) {
        text.append(':');
      }
      text.append(Integer.toHexString(group(i)));
    }
  }

  private int group(int index) {
    long word = index < 4 ? high : low;
    return (int) (word >>> (48 - 16 * (index & 3))) & 0xffff;
  }
}
