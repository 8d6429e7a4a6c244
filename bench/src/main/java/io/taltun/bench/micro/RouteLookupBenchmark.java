package io.taltun.bench.micro;

import io.taltun.dataplane.route.AllowedIps;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Finding the peer of an address among so many prefixes of random lengths. Every address looked up
 * lies in one of them, and they are spread, so that a large table is not served from the nearest
 * cache alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouteLookupBenchmark {
  private static final long SEED = 2;
  private static final int LOOKUPS = 1 << 12;
  private static final int SHORTEST = 8;
  private static final int LONGEST_IPV4 = 32;
  private static final int LONGEST_IPV6 = 64;

  @Param({"1", "1000", "100000"})
  public int prefixes;

  private final int[] ipv4 = new int[LOOKUPS];
  private final long[] ipv6High = new long[LOOKUPS];
  private AllowedIps<Object> table;
  private int at;

  @Setup
  public void fill() {
    Random random = new Random(SEED);
    int[] addresses = random.ints(prefixes).toArray();
    long[] highs = random.longs(prefixes).toArray();
    AllowedIps.Builder<Object> builder = AllowedIps.builder();
    for (int i = 0; i < prefixes; i++) {
      byte[] address = ByteBuffer.allocate(4).putInt(addresses[i]).array();
      builder.add(address, length(random, LONGEST_IPV4), new Object());
      address = ByteBuffer.allocate(16).putLong(highs[i]).array();
      builder.add(address, length(random, LONGEST_IPV6), new Object());
    }
    table = builder.build();
    for (int i = 0; i < LOOKUPS; i++) {
      int prefix = random.nextInt(prefixes);
      ipv4[i] = addresses[prefix];
      ipv6High[i] = highs[prefix];
    }
  }

  private static int length(Random random, int longest) {
    return random.nextInt(SHORTEST, longest + 1);
  }

  @Benchmark
  public Object ipv4() {
    return table.lookupIpv4(ipv4[at++ & (LOOKUPS - 1)]);
  }

  @Benchmark
  public Object ipv6() {
    return table.lookupIpv6(ipv6High[at++ & (LOOKUPS - 1)], 0);
  }
}
