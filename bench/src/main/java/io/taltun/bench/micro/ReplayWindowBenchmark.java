package io.taltun.bench.micro;

import io.taltun.dataplane.session.ReplayWindow;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The replay window's share of a received packet, its lock uncontended. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplayWindowBenchmark {
  private final ReplayWindow window = new ReplayWindow();
  private long next;

  @Benchmark
  public boolean inOrder() {
    return window.accept(next++);
  }

  /** 1, 0, 3, 2, …: every second packet is late by one. */
  @Benchmark
  public boolean swappedPairs() {
    return window.accept(next++ ^ 1);
  }

  @Benchmark
  public boolean replayed() {
    return window.accept(0);
  }
}
