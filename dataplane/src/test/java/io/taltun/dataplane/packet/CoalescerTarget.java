package io.taltun.dataplane.packet;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of packets of a few flows, alike but for what the input changes: what a kernel makes of the
 * writes is what was added, flow by flow.
 */
public final class CoalescerTarget implements FuzzTarget {
  private static final int FLOWS = 4;
  private static final int MOST_PACKETS = 24;

  /** A {@link Coalescer}, or a stand-in with a bug. */
  interface Joiner {
    void add(long packet, int length);

    void flush();
  }

  /** Makes one. */
  interface Joiners {
    Joiner of(Arena arena, TunQueue tun, Counters counters);
  }

  private final Arena arena = Arena.ofShared();
  private final PacketStore store = new PacketStore(arena);
  private final TunRecorder tun = new TunRecorder(10);
  private final Counters counters = new Counters();
  private final Joiners joiners;
  private final Joiner joiner;

  public CoalescerTarget() {
    this(CoalescerTarget::coalescer);
  }

  CoalescerTarget(Joiners joiners) {
    this.joiners = joiners;
    joiner = joiners.of(arena, tun, counters);
  }

  private static Joiner coalescer(Arena arena, TunQueue tun, Counters counters) {
    Coalescer coalescer = new Coalescer(arena, tun, counters, true, true);
    return new Joiner() {
      @Override
      public void add(long packet, int length) {
        coalescer.add(packet, length);
      }

      @Override
      public void flush() {
        coalescer.flush();
      }
    };
  }

  /** Which joined write the device refuses, the flows, and then packets. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    int refused = input.next();
    if (refused < 0xf0) {
      run(input, joiner);
      return;
    }
    // A refusal is for ever, so this one needs a coalescer of its own.
    int[] joined = {refused - 0xf0};
    tun.errno = write -> TunRecorder.isJoined(write) && joined[0]-- == 0 ? Errno.EINVAL : 0;
    try (Arena own = Arena.ofConfined()) {
      run(input, joiners.of(own, tun, counters));
    } finally {
      tun.errno = write -> 0;
    }
  }

  private void run(Input input, Joiner joiner) {
    long before = counters.get(Counter.TUN_WRITTEN_PACKETS);
    Map<ByteBuffer, List<byte[]>> expected = new HashMap<>();
    Map<ByteBuffer, List<byte[]>> actual = new HashMap<>();
    TransportPacket[] flows = flows(input);
    store.reset();
    int count = 0;
    while (!input.isEmpty() && count < MOST_PACKETS) {
      int choice = input.next();
      byte[] packet = packet(flows[choice % FLOWS], choice / FLOWS, input);
      long at = store.put(packet);
      int length = Ip.validate(at, packet.length);
      if (length >= 0) {
        byte[] whole = Arrays.copyOf(packet, length);
        joiner.add(at, length);
        FlowOrder.collect(expected, whole);
        count++;
      }
    }
    joiner.flush();
    for (byte[] each : tun.take()) {
      FlowOrder.collect(actual, each);
    }
    FlowOrder.requireSame(expected, actual);
    if (counters.get(Counter.TUN_WRITTEN_PACKETS) - before != count) {
      throw new AssertionError("counted otherwise than written");
    }
  }

  private static TransportPacket[] flows(Input input) {
    TransportPacket[] flows = new TransportPacket[FLOWS];
    int kinds = input.next();
    for (int i = 0; i < FLOWS; i++) {
      int kind = kinds >>> 2 * i;
      TransportPacket flow = new TransportPacket((kind & 1) != 0, (kind & 2) != 0);
      flow.sourcePort = 1_000 + i;
      flow.identification = 0xfffe;
      flow.sequence = -64;
      flow.tcpOptions = new byte[i % 2 * 12];
      flow.payload(16 + i, i);
      flows[i] = flow;
    }
    return flows;
  }

  /** A flow's next packet, mostly as in any long transfer. */
  private static byte[] packet(TransportPacket flow, int oddity, Input input) {
    TransportPacket packet = flow.copy();
    switch (oddity) {
      case 1 -> packet.payload(input.next(), oddity);
      case 2 -> flow.payload(input.next(), 3);
      case 3 -> packet.sequence = flow.sequence + (byte) input.next();
      case 4 -> flow.acknowledgment++;
      case 5 -> flow.window ^= input.next();
      case 6 -> flow.tcpOptions = Arrays.copyOf(input.take(4), input.next() % 11 * 4);
      case 7 -> flow.hops ^= input.next();
      case 8 -> flow.trafficClass ^= input.next();
      case 9 -> flow.flowLabel ^= input.next();
      case 10 -> packet.ipOptions = new byte[] {1, 1, 1, 0};
      case 11 -> packet.fragment = input.next16();
      case 12 -> flow.fragment ^= 0x4000;
      case 13 -> flow.identification += (byte) input.next();
      case 14, 15 -> packet.flags |= 0x08;
      case 16 -> packet.flags = input.next();
      case 17 -> packet.urgent = input.next();
      case 18 -> flow.host ^= input.next();
      case 19 -> packet.payload(1_400, oddity);
      case 20 -> packet.hops ^= input.next();
      default -> {
        // Nothing odd about it.
      }
    }
    byte[] bytes = packet.build();
    switch (oddity) {
      case 21 -> bytes[input.next16() % bytes.length] ^= (byte) input.next();
      case 22 -> ReferenceOffload.put16(bytes, packet.transport() + (packet.tcp ? 16 : 6), 0);
      case 23 -> bytes[packet.v6 ? 6 : 9] = (byte) input.next();
      case 24 -> bytes[input.below(packet.headerLength())] = (byte) input.next();
      case 25 -> takeChecksumAway(bytes, packet);
      default -> {
        // Correct.
      }
    }
    flow.sequence += packet.payload.length;
    flow.identification++;
    return bytes;
  }

  /** Zero, which is none for UDP, where zero would be right as a sum. */
  private static void takeChecksumAway(byte[] bytes, TransportPacket packet) {
    int place = packet.transport() + (packet.tcp ? 16 : 6);
    int payload = packet.headerLength();
    if (bytes.length >= payload + 2) {
      int sum = ReferenceOffload.get16(bytes, payload) + ReferenceOffload.get16(bytes, place);
      ReferenceOffload.put16(bytes, payload, ReferenceOffload.fold(sum));
      ReferenceOffload.put16(bytes, place, 0);
    }
  }

  @Override
  public List<byte[]> seeds() {
    byte[] oneFlow = new byte[20];
    oneFlow[1] = (byte) 0xff;
    byte[] fourFlows = new byte[16];
    fourFlows[1] = (byte) 0b10110100;
    for (int i = 2; i < fourFlows.length; i++) {
      fourFlows[i] = (byte) (i % FLOWS + 200);
    }
    byte[] refused = fourFlows.clone();
    refused[0] = (byte) 0xf1;
    List<byte[]> seeds = new ArrayList<>(List.of(oneFlow, fourFlows, refused));
    for (int oddity = 1; oddity <= 25; oddity++) {
      byte[] odd = fourFlows.clone();
      odd[8] = (byte) (oddity * FLOWS);
      odd[9] = 1;
      seeds.add(odd);
    }
    return seeds;
  }

  @Override
  public int maxLength() {
    return 40;
  }

  @Override
  public int inputsInTests() {
    return 50_000;
  }

  @Override
  public void close() {
    arena.close();
  }
}
