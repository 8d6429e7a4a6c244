package io.taltun.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.taltun.fuzz.FuzzTarget;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Words of a file: each reader takes a text or says in one line why not; what it took, it writes.
 */
public final class LiteralTarget implements FuzzTarget {
  /** The text. */
  @Override
  public void accept(byte[] input) {
    String text = new String(input, UTF_8);
    roundTrip(text, IpPrefix::parse, IpPrefix::toString);
    roundTrip(text, HostPort::parse, HostPort::toString);
    roundTrip(text, Units::keepalive, Units::formatKeepalive);
    roundTrip(text, Units::rekeyAfterBytes, Units::formatBytes);
    roundTrip(text, Mtu::parse, Mtu::toString);
    roundTrip(text, RouteTable::parse, RouteTable::toString);
    roundTrip(text, Workers::parse, Workers::toString);
    InetAddress address = IpLiteral.parse(text);
    if (address != null) {
      String canonical = IpLiteral.format(address);
      Results.require(address.equals(IpLiteral.parse(canonical)), canonical);
      Results.require(text.chars().allMatch(LiteralTarget::isOfAnAddress), "read: " + text);
    }
    IpPrefix prefix = read(text, IpPrefix::parse);
    if (prefix != null) {
      IpPrefix network = prefix.network();
      Results.require(network.contains(prefix.address()), prefix + " is not in " + network);
      Results.require(network.network().equals(network), network + " has host bits");
    }
  }

  private static boolean isOfAnAddress(int c) {
    return Character.digit(c, 16) >= 0 && c < 128 || c == '.' || c == ':';
  }

  private static <T> void roundTrip(
      String text, Function<String, T> reader, Function<T, String> writer) {
    T value = read(text, reader);
    if (value != null) {
      String written = writer.apply(value);
      Results.require(value.equals(reader.apply(written)), text + " was written as " + written);
    }
  }

  private static <T> T read(String text, Function<String, T> reader) {
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      Results.require(e.getClass() == IllegalArgumentException.class, "threw " + e);
      Results.require(e.getMessage().lines().count() == 1, "message: " + e.getMessage());
      return null;
    }
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            "10.99.0.1/24",
            "fd99:0:0::1/64",
            "::ffff:10.1.2.3/120",
            "[2001:db8::1%eth0]:51820",
            "vpn.example.org:51820",
            "25s",
            "512MiB",
            "auto",
            "1420",
            "main",
            "off",
            "0x1f")
        .map(it -> it.getBytes(UTF_8))
        .toList();
  }

  @Override
  public List<byte[]> words() {
    return Stream.of("::", "ffff:", "/128", "/32", "%", "]:", "[", "65535", "TiB", "GB", "h", "\n")
        .map(it -> it.getBytes(UTF_8))
        .toList();
  }

  @Override
  public int maxLength() {
    return 64;
  }

  @Override
  public int inputsInTests() {
    return 20_000;
  }
}
