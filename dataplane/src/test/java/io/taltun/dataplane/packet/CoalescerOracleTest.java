package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Seed;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.tun.TunQueue;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Random streams: what a kernel makes of the writes is what was added, flow by flow. */
class CoalescerOracleTest {
  private static final int STREAMS = 2_000;

  @AutoClose private final Arena arena = Arena.ofConfined();

  private final PacketStore store = new PacketStore(arena);

  @Test
  void shouldDeliverEveryFlowByteForByteWhenStreamsAreRandom() {
    RandomGenerator random = Seed.random();
    long packets = 0;
    long writes = 0;
    for (int stream = 0; stream < STREAMS; stream++) {
      Counters counters = new Counters();
      TunRecorder tun = new TunRecorder(10);
      if (stream % 10 == 0) {
        tun.errno =
            write -> TunRecorder.isJoined(write) && random.nextInt(4) == 0 ? Errno.EINVAL : 0;
      }
      Coalescer coalescer = new Coalescer(arena, tun, counters, stream % 11 != 0, stream % 13 != 0);
      List<TransportPacket> flows = flows(random);
      Map<ByteBuffer, List<byte[]>> expected = new LinkedHashMap<>();
      Map<ByteBuffer, List<byte[]>> actual = new LinkedHashMap<>();
      int count = 0;
      for (int batch = 0; batch < 4; batch++) {
        store.reset();
        int size = 1 + random.nextInt(40);
        TransportPacket flow = flows.get(random.nextInt(flows.size()));
        for (int i = 0; i < size; i++) {
          if (random.nextInt(3) == 0) {
            flow = flows.get(random.nextInt(flows.size()));
          }
          byte[] packet = packet(flow, random);
          coalescer.add(store.put(packet), packet.length);
          FlowOrder.collect(expected, packet);
          count++;
        }
        coalescer.flush();
        tun.take().forEach(it -> FlowOrder.collect(actual, it));
      }
      String place = "stream " + stream + ", seed " + Seed.VALUE;
      assertThat(actual.keySet()).as(place).isEqualTo(expected.keySet());
      expected.forEach(
          (key, list) -> assertThat(actual.get(key)).as(place).containsExactlyElementsOf(list));
      assertThat(counters.get(Counter.TUN_WRITTEN_PACKETS)).as(place).isEqualTo(count);
      assertThat(counters.get(DropReason.TUN_WRITE_FAILED)).as(place).isZero();
      packets += count;
      writes += counters.get(Counter.TUN_WRITES);
    }
    assertThat(writes).as("joined at all").isLessThan(packets * 3 / 4);
  }

  @Test
  void shouldWriteEveryPacketOnceWhenBytesAreRandom() {
    RandomGenerator random = Seed.random();
    TunRecorder tun = new TunRecorder(10);
    Counters counters = new Counters();
    Coalescer coalescer = new Coalescer(arena, tun, counters, true, true);
    byte[] noise = new byte[120];
    List<byte[]> added = new ArrayList<>();
    for (int round = 0; round < 300_000; round++) {
      random.nextBytes(noise);
      noise[0] = (byte) (random.nextBoolean() ? 0x45 + random.nextInt(2) : 0x60);
      noise[random.nextBoolean() ? 9 : 6] = (byte) (random.nextBoolean() ? 6 : 17);
      int room = 20 + random.nextInt(noise.length - 20);
      ReferenceOffload.put16(noise, noise[0] == 0x60 ? 4 : 2, noise[0] == 0x60 ? room - 40 : room);
      long packet = store.put(noise);
      int length = Ip.validate(packet, room);
      if (length >= 0) {
        coalescer.add(packet, length);
        added.add(Arrays.copyOf(noise, length));
      }
      if (round % 32 == 0) {
        coalescer.flush();
        assertThat(tun.take())
            .as("round %d, seed %d", round, Seed.VALUE)
            .containsExactlyInAnyOrderElementsOf(added);
        added.clear();
        store.reset();
      }
    }
    assertThat(counters.get(DropReason.TUN_WRITE_FAILED)).isZero();
  }

  private static List<TransportPacket> flows(RandomGenerator random) {
    List<TransportPacket> flows = new ArrayList<>();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      TransportPacket flow = new TransportPacket(random.nextBoolean(), random.nextBoolean());
      flow.host = random.nextInt(3);
      flow.sourcePort = 1_000 + i;
      flow.trafficClass = random.nextInt(256);
      flow.hops = 1 + random.nextInt(255);
      flow.fragment = random.nextBoolean() ? 0x4000 : 0;
      flow.identification = random.nextBoolean() ? 0xfff0 + random.nextInt(16) : random.nextInt();
      flow.sequence = random.nextBoolean() ? -random.nextInt(20_000) : random.nextInt();
      flow.tcpOptions = new byte[4 * random.nextInt(11)];
      random.nextBytes(flow.tcpOptions);
      flow.payload(1 + random.nextInt(1_400), i);
      flows.add(flow);
    }
    return flows;
  }

  /** A flow's next packet, now and then an odd one. */
  private static byte[] packet(TransportPacket flow, RandomGenerator random) {
    TransportPacket packet = flow.copy();
    packet.payload(flow.payload.length, random.nextInt(1_000));
    int oddity = random.nextInt(60);
    switch (oddity) {
      case 0 -> packet.payload(1 + random.nextInt(1_400), oddity);
      case 1 -> packet.payload(0, oddity);
      case 2 -> flow.sequence += random.nextInt(5_000) - 2_500;
      case 3 -> flow.acknowledgment++;
      case 4 -> flow.window ^= 1;
      case 5 -> flow.tcpOptions = differing(flow.tcpOptions, random);
      case 6 -> flow.hops ^= 1;
      case 7 -> flow.trafficClass ^= 1 + random.nextInt(3);
      case 8 -> flow.flowLabel ^= 1;
      case 9 -> packet.ipOptions = new byte[] {1, 1, 1, 0};
      case 10 -> packet.fragment = 0x2000 | random.nextInt(2);
      case 11 -> flow.fragment ^= 0x4000;
      case 12 -> flow.identification += random.nextInt(3) - 1;
      case 13, 14 -> packet.flags |= 0x08;
      case 15 -> packet.flags = random.nextInt(256);
      case 16 -> packet.urgent = 5;
      case 17 -> flow.payload(1 + random.nextInt(1_400), 0);
      case 18 -> packet.identification = 0;
      default -> {
        // As in any long transfer.
      }
    }
    byte[] bytes = packet.build();
    switch (oddity) {
      case 20 -> bytes[random.nextInt(packet.transport() + 4, bytes.length)] ^= 0x40;
      case 21 -> ReferenceOffload.put16(bytes, packet.transport() + (packet.tcp ? 16 : 6), 0);
      case 22 -> bytes[packet.v6 ? 6 : 9] = (byte) random.nextInt(256);
      default -> {
        // Correct.
      }
    }
    if (packet.ipOptions.length == 0) {
      flow.sequence += packet.payload.length;
    }
    flow.identification++;
    return bytes;
  }

  private static byte[] differing(byte[] options, RandomGenerator random) {
    if (options.length == 0) {
      return new byte[4];
    }
    byte[] other = options.clone();
    other[random.nextInt(other.length)] ^= 1;
    return other;
  }

  @Test
  void shouldNotAllocateWhenAMillionPacketsPass() {
    Counters counters = new Counters();
    Coalescer coalescer = new Coalescer(arena, new Swallowing(), counters, true, true);
    int count = 40;
    long[] packets = new long[count];
    int[] lengths = new int[count];
    byte[][] headers = new byte[count][];
    for (int i = 0; i < count; i++) {
      int flow = i % 4;
      TransportPacket it = new TransportPacket(flow > 1, flow % 2 == 0).payload(1_000, i);
      it.sequence = i / 4 * 1_000;
      headers[i] = it.build();
      lengths[i] = headers[i].length;
      packets[i] = store.put(headers[i]);
    }

    long allocated =
        Allocation.afterWarmUp(
            () -> {
              for (int round = 0; round < 20_000 / count; round++) {
                for (int i = 0; i < count; i++) {
                  NativeMemory.copy(headers[i], 0, packets[i], 60);
                  coalescer.add(packets[i], lengths[i]);
                }
                coalescer.flush();
              }
            });

    assertThat(allocated).isZero();
    assertThat(counters.get(Counter.TUN_WRITTEN_PACKETS)).isEqualTo(1_000_000);
    assertThat(counters.get(Counter.TUN_WRITES)).isEqualTo(100_000);
  }

  /** Takes everything, keeps nothing. */
  private static final class Swallowing implements TunQueue {
    @Override
    public int fd() {
      return -1;
    }

    @Override
    public int headerLength() {
      return 10;
    }

    @Override
    public int read(long buffer, int length) {
      return -Errno.EAGAIN;
    }

    @Override
    public int write(long buffer, int length) {
      return length;
    }

    @Override
    public int writeVectors(long vectors, int count) {
      return count;
    }

    @Override
    public void close() {
      // Nothing to close.
    }
  }
}
