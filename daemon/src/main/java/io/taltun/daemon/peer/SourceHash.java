package io.taltun.daemon.peer;

import io.taltun.dataplane.udp.Endpoint;
import java.util.random.RandomGenerator;

/**
 * Spreads sources over a table by a secret that never leaves it: nobody outside can choose to share
 * a place with somebody else. Immutable.
 */
final class SourceHash {
  /** No IPv6 address that is routed begins like this: ::ffff:0:0/96 is of the mapped ones. */
  private static final long IPV4 = 0xffffL << 32;

  private final long factor;
  private final long addend;

  SourceHash(RandomGenerator random) {
    factor = random.nextLong() | 1;
    addend = random.nextLong();
  }

  /** What counts as one source: an IPv4 address, or the first 64 bits of an IPv6 address. */
  static long source(Endpoint endpoint) {
    return endpoint.isIpv4() ? IPV4 | endpoint.ipv4() & 0xffff_ffffL : endpoint.ipv6High();
  }

  /** 0 to {@code places} − 1; a power of two. */
  int of(long source, int places) {
    long mixed = source * factor + addend;
    // The finalizer of MurmurHash3: every bit of the product decides.
    mixed = (mixed ^ mixed >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return (int) (mixed >>> 33) & places - 1;
  }
}
