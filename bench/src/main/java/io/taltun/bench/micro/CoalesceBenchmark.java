package io.taltun.bench.micro;

import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.memory.MemoryTun;
import io.taltun.dataplane.packet.Coalescer;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A batch of 44 packets of 1400 bytes, joined and written; the figure is that of one packet. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoalesceBenchmark {
  private static final int PACKETS = 44;
  private static final int PACKET_LENGTH = 1400;

  @Param({"tcp", "udp"})
  public String protocol;

  @Param({"1", "4"})
  public int flows;

  private Arena arena;
  private Coalescer coalescer;
  private boolean tcp;
  private final long[] packets = new long[PACKETS];
  private final long[] firstHeaders = new long[PACKETS];

  @Setup
  public void fill() {
    arena = Arena.ofShared();
    coalescer = new Coalescer(arena, new MemoryTun(), new Counters(), true, true);
    tcp = protocol.equals("tcp");
    int payloadLength = PACKET_LENGTH - InnerPackets.TCP_HEADERS;
    for (int i = 0; i < PACKETS; i++) {
      packets[i] = InnerPackets.allocate(arena, Coalescer.HEADROOM, PACKET_LENGTH);
      int sequence = i / flows * payloadLength;
      InnerPackets.putHeaders(packets[i], PACKET_LENGTH, tcp, 1 + i % flows, sequence);
      firstHeaders[i] = InnerPackets.saveHeaders(arena, packets[i]);
    }
  }

  @TearDown
  public void release() {
    arena.close();
  }

  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public boolean coalesce() {
    for (int i = 0; i < flows; i++) {
      // A flow's first headers became those of the whole the last time.
      InnerPackets.restoreHeaders(firstHeaders[i], packets[i]);
    }
    for (int i = 0; i < PACKETS; i++) {
      coalescer.add(packets[i], PACKET_LENGTH);
    }
    coalescer.flush();
    return coalescer.isEmpty();
  }
}
