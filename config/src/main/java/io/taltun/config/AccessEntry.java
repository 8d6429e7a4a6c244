package io.taltun.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * One line of a peer's {@code allow} or {@code deny}: {@code DESTINATION [PROTOCOL [PORTS]]}, like
 * {@code 10.0.0.0/24 tcp 22,443} or {@code any icmp}.
 *
 * @param destination host bits cleared; null for any
 * @param protocol of the packets
 * @param ports of the destination; none for all
 */
public record AccessEntry(IpPrefix destination, Protocol protocol, List<PortRange> ports) {
  private static final String FORM =
      "DESTINATION [tcp|udp|icmp|any [PORTS]], like \"10.0.0.0/24 tcp 22,8000-8100\"";
  private static final int MOST_WORDS = 3;
  private static final int MAX_PORT = 65_535;
  private static final String ANY = "any";

  /** What an entry is about. */
  public enum Protocol {
    ANY,
    TCP,
    UDP,
    /** ICMP over IPv4 and ICMPv6. */
    ICMP;

    boolean hasPorts() {
      return this == TCP || this == UDP;
    }

    @Override
    public String toString() {
      return Words.of(this);
    }
  }

  /**
   * Ports in a row.
   *
   * @param first 0 to 65535
   * @param last not below the first
   */
  public record PortRange(int first, int last) {
    @Override
    public String toString() {
      return first == last ? "" + first : first + "-" + last;
    }
  }

  /** Copies the list. */
  public AccessEntry {
    Objects.requireNonNull(protocol, "protocol");
    ports = List.copyOf(ports);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException with what is wrong and how to write it
   */
  static AccessEntry parse(String text) {
    String[] words = text.strip().split("\\s+", MOST_WORDS);
    IpPrefix destination = words[0].equals(ANY) ? null : destination(text, words[0]);
    Protocol protocol =
        words.length < 2 ? Protocol.ANY : Words.parser(Protocol.class).apply(words[1]);
    if (words.length < MOST_WORDS) {
      return new AccessEntry(destination, protocol, List.of());
    }
    if (!protocol.hasPorts()) {
      throw new IllegalArgumentException(
          Quote.value(text) + " has ports without tcp or udp; name one of them, or no ports");
    }
    return new AccessEntry(destination, protocol, ports(words[2]));
  }

  private static IpPrefix destination(String text, String word) {
    if (IpLiteral.parse(word.replaceFirst("/.*", "")) == null) {
      throw new IllegalArgumentException(
          Quote.value(text) + " does not begin with an address, a prefix or any; write " + FORM);
    }
    return IpPrefix.parse(word).network();
  }

  private static List<PortRange> ports(String text) {
    List<PortRange> ports = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      String[] ends = word.strip().split("-", 2);
      int first = port(ends[0]);
      int last = ends.length == 1 ? first : port(ends[1]);
      if (last < first) {
        throw new IllegalArgumentException(
            Quote.value(word.strip()) + " ends before it begins; write the lower port first");
      }
      ports.add(new PortRange(first, last));
    }
    return ports;
  }

  private static int port(String text) {
    try {
      return (int) Decimal.parse(text, 0, MAX_PORT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + "; ports are written like 22,443,8000-8100", e);
    }
  }

  /** As it is written. */
  @Override
  public String toString() {
    String to = destination == null ? ANY : destination.toString();
    if (protocol == Protocol.ANY) {
      return to;
    }
    return ports.isEmpty()
        ? to + " " + protocol
        : to
            + " "
            + protocol
            + " "
            + ports.stream().map(PortRange::toString).collect(Collectors.joining(","));
  }
}
