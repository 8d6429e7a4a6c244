package io.taltun.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address and a prefix length in bits: {@code 10.99.0.0/24}, {@code fd99::/64}. Host bits may be
 * set, where an interface's own address is meant; {@link #network()} clears them.
 *
 * @param address IPv4 or IPv6, without a zone
 * @param length 0 to 32 (IPv4) or 0 to 128 (IPv6)
 */
public record IpPrefix(InetAddress address, int length) {
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;

  /** Bits before the IPv4 address in an IPv4-mapped one, RFC 4291 section 2.5.5.2. */
  private static final int MAPPED_BITS = IPV6_BITS - IPV4_BITS;

  /** Checks the length against the family. */
  public IpPrefix {
    int bits = address instanceof Inet4Address ? IPV4_BITS : IPV6_BITS;
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException("a prefix length here is 0 to " + bits);
    }
  }

  /** One address alone: /32 or /128. */
  public static IpPrefix host(InetAddress address) {
    return new IpPrefix(address, address instanceof Inet4Address ? IPV4_BITS : IPV6_BITS);
  }

  /**
   * Reads {@code ADDRESS/LENGTH}, or {@code ADDRESS} alone for one host. An IPv4-mapped prefix is
   * its IPv4 prefix.
   *
   * @throws IllegalArgumentException when it is neither; the message says what is wrong
   */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    String addressText = slash < 0 ? text : text.substring(0, slash);
    InetAddress address = IpLiteral.parse(addressText);
    if (address == null) {
      throw new IllegalArgumentException(
          Quote.value(text)
              + " is not an IP address or prefix; write it like 10.99.0.0/24 or \"fd99::/64\"");
    }
    if (slash < 0) {
      return host(address);
    }
    boolean mapped = address instanceof Inet4Address && addressText.indexOf(':') >= 0;
    int least = mapped ? MAPPED_BITS : 0;
    int most = address instanceof Inet4Address && !mapped ? IPV4_BITS : IPV6_BITS;
    String lengthText = text.substring(slash + 1);
    if (!lengthText.matches("0|[1-9][0-9]{0,2}")
        || Integer.parseInt(lengthText) < least
        || Integer.parseInt(lengthText) > most) {
      throw new IllegalArgumentException(
          Quote.value(text) + " needs a prefix length from " + least + " to " + most);
    }
    return new IpPrefix(address, Integer.parseInt(lengthText) - least);
  }

  /** Whether the address is IPv4. */
  public boolean isIpv4() {
    return address instanceof Inet4Address;
  }

  /** Whether the prefix holds one address alone. */
  public boolean isHost() {
    return length == (isIpv4() ? IPV4_BITS : IPV6_BITS);
  }

  /** The same prefix with its host bits cleared. */
  public IpPrefix network() {
    byte[] raw = address.getAddress();
    for (int i = 0; i < raw.length; i++) {
      raw[i] &= (byte) mask(i);
    }
    try {
      return new IpPrefix(InetAddress.getByAddress(raw), length);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** Whether {@code other} is of this family and inside. */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int i = 0; i < mine.length; i++) {
      if (((mine[i] ^ theirs[i]) & mask(i)) != 0) {
        return false;
      }
    }
    return true;
  }

  private int mask(int byteIndex) {
    int bits = Math.clamp(length - 8 * byteIndex, 0, 8);
    return 0xff00 >> bits & 0xff;
  }

  /** {@code ADDRESS/LENGTH}, RFC 5952 for IPv6. */
  @Override
  public String toString() {
    return IpLiteral.format(address) + "/" + length;
  }
}
