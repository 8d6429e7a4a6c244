package io.taltun.dataplane.udp;

/**
 * The address of this host that a peer speaks to, and the interface it came in by: what the peer
 * gets leaves from there (trap 31), as its NAT or firewall may let nothing else in. It is of the
 * family of the {@link Endpoint} that has it.
 *
 * <p>It is given up once it does not work any more, when the address was removed or the way to the
 * peer leads over another interface; the kernel then chooses a source until the peer is heard
 * again.
 */
public final class LocalAddress {
  private final long high;
  private final long low;
  private final int interfaceIndex;

  // Written true, never false again, by any thread that found out.
  private volatile boolean givenUp;

  private LocalAddress(long high, long low, int interfaceIndex) {
    this.high = high;
    this.low = low;
    this.interfaceIndex = interfaceIndex;
  }

  /** The IPv4 address that reads as a big-endian word {@code address}. */
  public static LocalAddress ofIpv4(int address, int interfaceIndex) {
    return new LocalAddress(0, address & 0xffff_ffffL, interfaceIndex);
  }

  /** The IPv6 address that reads as two big-endian words. */
  public static LocalAddress ofIpv6(long high, long low, int interfaceIndex) {
    return new LocalAddress(high, low, interfaceIndex);
  }

  /** The address as one big-endian word; only of an IPv4 address. */
  public int ipv4() {
    return (int) low;
  }

  /** The first eight bytes of an IPv6 address as one big-endian word, 0 of an IPv4 address. */
  public long high() {
    return high;
  }

  /** The last eight bytes of an IPv6 address as one big-endian word, or an IPv4 address. */
  public long low() {
    return low;
  }

  /** The interface that datagrams to it came in by when it was learned. */
  public int interfaceIndex() {
    return interfaceIndex;
  }

  /** Whether nothing is to leave from it any more. Any thread. */
  public boolean givenUp() {
    return givenUp;
  }

  /** Lets the kernel choose the source from now on. Any thread. */
  public void giveUp() {
    givenUp = true;
  }

  boolean sameAs(LocalAddress other) {
    return high == other.high && low == other.low && interfaceIndex == other.interfaceIndex;
  }
}
