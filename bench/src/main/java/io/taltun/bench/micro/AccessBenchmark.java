package io.taltun.bench.micro;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.access.AccessPolicy;
import io.taltun.dataplane.access.AccessRule;
import io.taltun.dataplane.access.FlowTable;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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

/** Holding a UDP packet of a peer against so many rules, of which the last one is about it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccessBenchmark {
  private static final int LENGTH = 100;
  private static final int ROOM = 128;
  private static final int PEER = 0x0a63_0002;
  private static final int HOST = 0x0a00_0005;
  private static final int ALLOWED_PORT = 53;
  private static final int OTHER_PORT = 54;

  @Param({"1", "16", "256"})
  public int rules;

  private final Arena arena = Arena.ofShared();
  private final long allowed = packet(PEER, HOST, ALLOWED_PORT);
  private final long answer = packet(PEER, HOST, OTHER_PORT);
  private final long denied = packet(PEER, HOST, OTHER_PORT + 1);
  private final long question = packet(HOST, PEER, 1);
  private AccessPolicy policy;
  private long nowNs;

  private long packet(int from, int to, int port) {
    long packet = arena.allocate(ROOM, 64).address();
    NativeMemory.putByte(packet, (byte) 0x45);
    NativeMemory.putShortBe(packet + 2, (short) LENGTH);
    NativeMemory.putByte(packet + 9, (byte) AccessRule.UDP);
    NativeMemory.putIntBe(packet + 12, from);
    NativeMemory.putIntBe(packet + 16, to);
    NativeMemory.putShortBe(packet + 20, (short) (from == HOST ? OTHER_PORT : 1));
    NativeMemory.putShortBe(packet + 22, (short) port);
    return packet;
  }

  @Setup
  public void make() {
    List<AccessRule> allow = new ArrayList<>();
    InetAddress host = InetAddress.ofLiteral("10.0.0.5");
    for (int i = 1; i < rules; i++) {
      allow.add(new AccessRule(host, Integer.SIZE, AccessRule.UDP, 1000 + i, 1000 + i));
    }
    allow.add(new AccessRule(host, Integer.SIZE, AccessRule.UDP, ALLOWED_PORT, ALLOWED_PORT));
    FlowTable flows = new FlowTable(new SplittableRandom(1));
    policy = new AccessPolicy(1, List.of(), allow, false, flows);
    policy.follow(question, LENGTH, nowNs);
  }

  @TearDown
  public void free() {
    arena.close();
  }

  @Benchmark
  public boolean allowed() {
    return policy.admits(allowed, LENGTH, nowNs++);
  }

  @Benchmark
  public boolean answer() {
    return policy.admits(answer, LENGTH, nowNs++);
  }

  @Benchmark
  public boolean denied() {
    return policy.admits(denied, LENGTH, nowNs++);
  }

  @Benchmark
  public boolean follow() {
    return policy.follow(question, LENGTH, nowNs++);
  }
}
