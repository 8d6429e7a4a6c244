package io.taltun.daemon.uapi;

import io.taltun.config.IpLiteral;
import io.taltun.config.IpPrefix;
import io.taltun.dataplane.udp.Endpoint;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.ToIntFunction;

/**
 * What stands behind the {@code =} of a line, read in place: a key never becomes a String. A
 * flyweight, laid over one line after the other. Each reading method returns null, or -1, for text
 * that is not what it reads.
 */
final class LineValue {
  private static final int KEY_BYTES = 32;
  private static final int IPV4_BYTES = 4;
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;
  private static final int MOST_PORT = 0xffff;
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);

  private final ToIntFunction<String> interfaceIndex;
  private byte[] line;
  private int start;
  private int end;

  // Where a reading method stands.
  private int at;

  /**
   * @param interfaceIndex of a network interface by its name; 0 when there is none
   */
  LineValue(ToIntFunction<String> interfaceIndex) {
    this.interfaceIndex = interfaceIndex;
  }

  /** Lays it over {@code line} from {@code start} up to, and without, {@code end}. */
  LineValue over(byte[] line, int start, int end) {
    this.line = line;
    this.start = start;
    this.end = end;
    return this;
  }

  boolean isTrue() {
    return Arrays.equals(line, start, end, TRUE, 0, TRUE.length);
  }

  /** 64 hexadecimal digits of either case as 32 bytes, which the caller erases. */
  byte[] key() {
    if (end - start != 2 * KEY_BYTES) {
      return null;
    }
    for (int i = start; i < end; i++) {
      if (!HexFormat.isHexDigit(line[i])) {
        return null;
      }
    }
    byte[] key = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      int high = HexFormat.fromHexDigit(line[start + 2 * i]);
      int low = HexFormat.fromHexDigit(line[start + 2 * i + 1]);
      key[i] = (byte) (high << 4 | low);
    }
    return key;
  }

  /** Decimal digits alone, from 0 to {@code most}, which has at most 32 bits. */
  long decimal(long most) {
    return decimal(start, end, most);
  }

  private long decimal(int from, int to, long most) {
    if (from >= to) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = line[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = 10 * value + digit;
      if (value > most) {
        return -1;
      }
    }
    return value;
  }

  /** Whether it begins with the sign of a removal, which {@link #prefix} then steps over. */
  boolean isRemoval() {
    return start < end && line[start] == '-';
  }

  /**
   * {@code ADDRESS/LENGTH} with its host bits cleared. An IPv4-mapped IPv6 prefix is none: the JDK
   * cannot tell it from the IPv4 one, which would let a peer have what nobody gave it.
   */
  IpPrefix prefix() {
    int from = isRemoval() ? start + 1 : start;
    int slash = from;
    boolean ipv6 = false;
    while (slash < end && line[slash] != '/') {
      ipv6 |= line[slash++] == ':';
    }
    if (slash == end || end - slash > 2 && line[slash + 1] == '0') {
      return null;
    }
    int length = (int) decimal(slash + 1, end, ipv6 ? IPV6_BITS : IPV4_BITS);
    if (length < 0) {
      return null;
    }
    return ipv6 ? ipv6Prefix(text(from, slash), length) : ipv4Prefix(from, slash, length);
  }

  private static IpPrefix ipv6Prefix(String text, int length) {
    return IpLiteral.parse(text) instanceof Inet6Address address
        ? new IpPrefix(address, length).network()
        : null;
  }

  /** By hand: a set may bring hundreds of thousands of them. */
  private IpPrefix ipv4Prefix(int from, int to, int length) {
    at = from;
    long address = 0;
    for (int i = 0; i < IPV4_BYTES; i++) {
      int octet = octet(to);
      if (octet < 0 || i < IPV4_BYTES - 1 && (at == to || line[at++] != '.')) {
        return null;
      }
      address = address << 8 | octet;
    }
    if (at != to) {
      return null;
    }
    int network = (int) (address & -1L << IPV4_BITS - length);
    byte[] raw = {
      (byte) (network >>> 24), (byte) (network >>> 16), (byte) (network >>> 8), (byte) network
    };
    try {
      return new IpPrefix(InetAddress.getByAddress(raw), length);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 bytes are an address", e);
    }
  }

  /** 0 to 255 without leading zeros. */
  private int octet(int to) {
    int first = at;
    int value = 0;
    while (at < to && at - first < 3 && line[at] >= '0' && line[at] <= '9') {
      value = 10 * value + line[at++] - '0';
    }
    boolean leadingZero = at - first > 1 && line[first] == '0';
    return at == first || leadingZero || value > 0xff ? -1 : value;
  }

  /** {@code IPV4:PORT} or {@code [IPV6]:PORT}; a zone is an interface's index or its name. */
  Endpoint endpoint() {
    int colon = end - 1;
    while (colon >= start && line[colon] != ':') {
      colon--;
    }
    int port = (int) decimal(colon + 1, end, MOST_PORT);
    if (colon <= start || port < 1) {
      return null;
    }
    boolean bracketed = line[start] == '[' && line[colon - 1] == ']';
    String host = bracketed ? text(start + 1, colon - 1) : text(start, colon);
    if (bracketed != host.indexOf(':') >= 0) {
      return null;
    }
    int percent = bracketed ? host.indexOf('%') : -1;
    InetAddress address = IpLiteral.parse(percent < 0 ? host : host.substring(0, percent));
    if (address == null) {
      return null;
    }
    if (percent < 0) {
      return Endpoint.of(new InetSocketAddress(address, port));
    }
    return address instanceof Inet6Address
        ? scoped(address, port, host.substring(percent + 1))
        : null;
  }

  private Endpoint scoped(InetAddress address, int port, String zone) {
    int scopeId =
        zone.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(zone) : interfaceIndex.applyAsInt(zone);
    if (scopeId == 0) {
      return null;
    }
    try {
      InetAddress scoped = Inet6Address.getByAddress(null, address.getAddress(), scopeId);
      return Endpoint.of(new InetSocketAddress(scoped, port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("16 bytes are an address", e);
    }
  }

  private String text(int from, int to) {
    return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
