package io.taltun.bench.flow;

import com.sun.management.ThreadMXBean;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.memory.MadeUpPackets;
import io.taltun.dataplane.memory.MemoryTunnel;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * One JVM's measurement. All loads are carried in turn before any is measured, as a gateway carries
 * all of them: the compiler sees every branch taken.
 */
public final class FlowFork {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP_ROUNDS = 20;
  private static final long WARM_UP_ROUND_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MAX_SAMPLES = 1 << 16;

  private final MemoryTunnel tunnel;
  private final MadeUpPackets packets;
  private final double[] sealNs = new double[MAX_SAMPLES];
  private final double[] openNs = new double[MAX_SAMPLES];
  private int samples;

  private FlowFork(MemoryTunnel tunnel, MadeUpPackets packets) {
    this.tunnel = tunnel;
    this.packets = packets;
  }

  /**
   * @param arguments as {@link FlowBenchmark} takes them, with one engine
   */
  public static void main(String... arguments) {
    Options options = Options.parse(arguments);
    try (Arena arena = Arena.ofShared();
        MemoryTunnel tunnel = new MemoryTunnel(aead(options.engines().getFirst()))) {
      FlowFork fork = new FlowFork(tunnel, new MadeUpPackets(arena));
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        for (Load load : Load.values()) {
          fork.carry(load.made(fork.packets), load.reads(), WARM_UP_ROUND_NS);
        }
      }
      long measuredNs = (long) (options.seconds() * TimeUnit.SECONDS.toNanos(1));
      for (Load load : options.loads()) {
        System.out.println(fork.measure(load, measuredNs).line());
      }
      if (tunnel.drops() != 0) {
        throw new AssertionError(tunnel.drops() + " packets were dropped");
      }
    }
  }

  private static Aead aead(String engine) {
    return engine.equals(CopyingAead.NAME) ? new CopyingAead() : Primitives.of(engine).aead();
  }

  private Figures measure(Load load, long forNs) {
    MadeUpPackets.Made made = load.made(packets);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    long carried = carry(made, load.reads(), forNs);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    return new Figures(
        load.label(), median(sealNs), median(openNs), (double) allocated / Math.max(1, carried));
  }

  /** A sample that was interrupted lies far off; the median does not see it. */
  private double median(double[] values) {
    double[] sorted = Arrays.copyOf(values, samples);
    Arrays.sort(sorted);
    return sorted[samples / 2];
  }

  /** Packets carried, after one sample at least. */
  private long carry(MadeUpPackets.Made made, int reads, long forNs) {
    long startNs = System.nanoTime();
    long carried = 0;
    samples = 0;
    do {
      carried += sample(made, reads);
    } while (System.nanoTime() - startNs < forNs && samples < MAX_SAMPLES);
    return carried;
  }

  private long sample(MadeUpPackets.Made made, int reads) {
    long before = tunnel.delivered();
    long sealing = 0;
    long opening = 0;
    tunnel.give(made, reads);
    boolean more = true;
    while (more) {
      long startNs = System.nanoTime();
      more = tunnel.seal(startNs);
      long sealedNs = System.nanoTime();
      tunnel.open(sealedNs);
      sealing += sealedNs - startNs;
      opening += System.nanoTime() - sealedNs;
    }
    long carried = tunnel.delivered() - before;
    sealNs[samples] = (double) sealing / carried;
    openNs[samples] = (double) opening / carried;
    samples++;
    return carried;
  }
}
