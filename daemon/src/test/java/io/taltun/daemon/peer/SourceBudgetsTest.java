package io.taltun.daemon.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.udp.Endpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SourceBudgetsTest {
  private static final long SEED = Long.getLong("taltun.seed", 20260302);
  private static final long MS = 1_000_000;
  private static final long START = -5_000 * MS;

  private final SourceBudgets budgets = new SourceBudgets(new SplittableRandom(SEED));

  @Test
  void shouldAllowFiveAtOnceAndTwentyASecond() {
    int allowed = 0;
    for (int ms = 0; ms < 10_000; ms++) {
      if (budgets.spend(1, START + ms * MS)) {
        allowed++;
      }
      if (ms == 0) {
        assertThat(spends(1, 10, START)).isEqualTo(4);
        allowed += 4;
      }
    }
    assertThat(allowed).isEqualTo(5 + 200 - 1);
    assertThat(spends(1, 10, START + 11_000 * MS)).as("full again").isEqualTo(5);
  }

  @Test
  void shouldAgreeWithATokenBucketForEachSourceWhenTheTableIsNotFull() {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<Long, Bucket> oracle = new HashMap<>();
    long nowNs = START;
    for (int i = 0; i < 200_000; i++) {
      nowNs += random.nextInt(10) == 0 ? random.nextLong(400 * MS) : random.nextLong(MS);
      long source = random.nextInt(40);
      assertThat(budgets.spend(source, nowNs))
          .as("step %d, seed %d", i, SEED)
          .isEqualTo(oracle.computeIfAbsent(source, _ -> new Bucket()).spend(nowNs));
    }
  }

  /** Trap 32: whatever comes, nobody gets more, and places come free again. */
  @Test
  void shouldRefuseNewSourcesWhenTheTableIsFullAndTakeThemLater() {
    int allowed = 0;
    for (int source = 0; source < 100_000; source++) {
      allowed += budgets.spend(source, START) ? 1 : 0;
    }
    assertThat(allowed).isBetween(16_000, 16_384);
    allowed = 0;
    for (int source = 100_000; source < 102_000; source++) {
      allowed += budgets.spend(source, START + SourceBudgets.INTERVAL_NS) ? 1 : 0;
    }
    assertThat(allowed).isGreaterThan(1_980);
  }

  /** Trap 7: an IPv6 host has 2^64 addresses, and is one source all the same. */
  @Test
  void shouldCountASlash64AsOneSource() {
    long prefix = 0x2001_0db8_0000_0001L;
    assertThat(SourceHash.source(Endpoint.ofIpv6(prefix, 1, 1, 0)))
        .isEqualTo(SourceHash.source(Endpoint.ofIpv6(prefix, 2, 2, 0)))
        .isNotEqualTo(SourceHash.source(Endpoint.ofIpv6(prefix + 1, 1, 1, 0)));
    assertThat(SourceHash.source(Endpoint.ofIpv4(1, 1)))
        .isEqualTo(SourceHash.source(Endpoint.ofIpv4(1, 2)))
        .isNotEqualTo(SourceHash.source(Endpoint.ofIpv4(2, 1)));
  }

  @Test
  void shouldSpreadSourcesEvenlyByASecret() {
    SourceHash hash = new SourceHash(new SplittableRandom(SEED));
    SourceHash other = new SourceHash(new SplittableRandom(SEED + 1));
    int[] hits = new int[64];
    int same = 0;
    for (int address = 0; address < 64_000; address++) {
      long source = SourceHash.source(Endpoint.ofIpv4(0x0a00_0000 + address, 1));
      hits[hash.of(source, hits.length)]++;
      same += hash.of(source, hits.length) == other.of(source, hits.length) ? 1 : 0;
    }
    for (int count : hits) {
      assertThat(count).as("seed %d", SEED).isBetween(800, 1200);
    }
    assertThat(same).isBetween(800, 1200);
  }

  private int spends(long source, int times, long nowNs) {
    int allowed = 0;
    for (int i = 0; i < times; i++) {
      allowed += budgets.spend(source, nowNs) ? 1 : 0;
    }
    return allowed;
  }

  /** Tokens in nanoseconds, as the kernel's ratelimiter.c counts them. */
  private static final class Bucket {
    private static final long MAX = SourceBudgets.BURST * SourceBudgets.INTERVAL_NS;

    private long tokens = MAX;
    private long last;
    private boolean used;

    boolean spend(long nowNs) {
      if (used) {
        tokens = Math.min(MAX, tokens + nowNs - last);
      }
      used = true;
      last = nowNs;
      if (tokens < SourceBudgets.INTERVAL_NS) {
        return false;
      }
      tokens -= SourceBudgets.INTERVAL_NS;
      return true;
    }
  }
}
