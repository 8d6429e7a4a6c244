package io.taltun.bench.micro;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.packet.Checksum;
import java.lang.foreign.Arena;
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
import org.openjdk.jmh.annotations.TearDown;

/** The Internet checksum over a header, a full packet, and the largest packet. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
  private static final long SEED = 3;

  @Param({"20", "1400", "65535"})
  public int length;

  private Arena arena;
  private long packet;

  @Setup
  public void fill() {
    byte[] random = new byte[length];
    new Random(SEED).nextBytes(random);
    arena = Arena.ofShared();
    packet = arena.allocate(length, 64).address();
    NativeMemory.copy(random, 0, packet, length);
  }

  @TearDown
  public void release() {
    arena.close();
  }

  @Benchmark
  public int sum() {
    return Checksum.sum(packet, length);
  }
}
