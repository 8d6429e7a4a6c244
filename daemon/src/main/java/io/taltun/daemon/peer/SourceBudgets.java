package io.taltun.daemon.peer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often each source may ask for Diffie-Hellman under load: 20 times a second and 5 times at
 * once, as the kernel's WireGuard has it (ratelimiter.c). A source is an IPv4 address or the first
 * 64 bits of an IPv6 address.
 *
 * <p>One word a source: when its bucket will be full again (the generic cell rate algorithm, ITU-T
 * I.371, annex A). A source whose bucket is full needs no place, so places free themselves. The
 * table is bounded (trap 32): should all places that a source may have be taken, it is refused; a
 * place is taken for 250 ms at most by whoever got through, and where a source falls is secret.
 * Control thread only.
 */
final class SourceBudgets {
  static final long INTERVAL_NS = Duration.ofSeconds(1).toNanos() / 20;
  static final int BURST = 5;

  /** Places that one source may have. */
  static final int WAYS = 4;

  private static final int SETS = 4096;

  private final SourceHash hash;
  private final long[] sources = new long[SETS * WAYS];
  private final long[] fullAtNs = new long[SETS * WAYS];
  private final boolean[] taken = new boolean[SETS * WAYS];

  SourceBudgets(RandomGenerator random) {
    hash = new SourceHash(random);
  }

  /** Takes one from a source's budget, or says false when there is nothing left. */
  boolean spend(long source, long nowNs) {
    int set = hash.of(source, SETS) * WAYS;
    int free = -1;
    for (int place = set; place < set + WAYS; place++) {
      if (taken[place] && fullAtNs[place] - nowNs <= 0) {
        taken[place] = false;
      }
      if (!taken[place]) {
        free = place;
      } else if (sources[place] == source) {
        boolean left = fullAtNs[place] - nowNs <= (BURST - 1) * INTERVAL_NS;
        if (left) {
          fullAtNs[place] += INTERVAL_NS;
        }
        return left;
      }
    }
    if (free < 0) {
      return false;
    }
    taken[free] = true;
    sources[free] = source;
    fullAtNs[free] = nowNs + INTERVAL_NS;
    return true;
  }
}
