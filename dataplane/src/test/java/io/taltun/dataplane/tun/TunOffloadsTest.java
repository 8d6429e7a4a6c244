package io.taltun.dataplane.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.NetworkNamespace;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.os.Offload;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.Ipv4;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.SendBatch;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is asked for is what the kernel does: no more, no less. Needs Linux 6.2 for USO. */
class TunOffloadsTest {
  private static final String NAME = "taltuntest1";
  private static final int ROOM = 66_000;
  private static final int DATAGRAMS = 5;
  private static final int DATAGRAM = 500;
  private static final int UDP_OVER_IPV4 = 28;
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final long SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GTSO = 0x1e;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

  @BeforeAll
  static void findDevice() {
    assumeTrue(Files.exists(Path.of("/dev/net/tun")), "skipped: needs /dev/net/tun");
  }

  /** Trap 13: each has a switch of its own. */
  @Test
  void shouldSwitchOnExactlyWhatIsWantedWhenAnyOfThemAre() throws Exception {
    NetworkNamespace.run(
        () -> {
          for (int bits = 0; bits < 8; bits++) {
            boolean tso = (bits & 1) != 0;
            boolean uso = (bits & 2) != 0;
            boolean gro = (bits & 4) != 0;
            try (TunDevice device = TunDevice.open(NAME, 2, tso, uso, gro)) {
              TunOffloads expected = new TunOffloads(state(tso), state(uso), state(gro), gro);
              assertThat(device.offloads()).isEqualTo(expected);
              assertThat(device.queues())
                  .extracting(TunQueue::headerLength)
                  .containsOnly(bits == 0 ? 0 : VirtioNetHeader.LENGTH);
              assertThat(segmentsTcp()).as("TSO of the device, bits %d", bits).isEqualTo(tso);
            }
          }
          return null;
        });
  }

  private static Offload state(boolean on) {
    return on ? Offload.ON : Offload.OFF;
  }

  /** What ethtool(8) shows as tcp-segmentation-offload. */
  private static boolean segmentsTcp() {
    int fd = Syscall.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(40, 8).address();
      long value = arena.allocate(8, 8).address();
      byte[] name = NAME.getBytes(StandardCharsets.US_ASCII);
      NativeMemory.copy(name, 0, request, name.length);
      NativeMemory.putLong(request + 16, value);
      NativeMemory.putInt(value, ETHTOOL_GTSO);
      assertThat(Syscall.ioctl(fd, SIOCETHTOOL, request)).isZero();
      return NativeMemory.getInt(value + 4) != 0;
    } finally {
      Syscall.close(fd);
    }
  }

  @Test
  void shouldGetDatagramsInOneReadWhenUsoIsWanted() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunDevice device = TunDevice.open(NAME, 1, false, true, false)) {
            List<byte[]> reads = readsOfJoinedDatagrams(device, DATAGRAMS * DATAGRAM);
            assertThat(reads).hasSize(1);
            byte[] read = reads.getFirst();
            assertThat(read[1]).isEqualTo((byte) VirtioNetHeader.GSO_UDP_L4);
            assertThat(read[4] & 0xff | read[5] << 8).isEqualTo(DATAGRAM);
          }
          return null;
        });
  }

  @Test
  void shouldGetDatagramsOneByOneWhenUsoIsNotWanted() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunDevice device = TunDevice.open(NAME, 1, true, false, true)) {
            List<byte[]> reads = readsOfJoinedDatagrams(device, DATAGRAMS * DATAGRAM);
            assertThat(reads).hasSize(DATAGRAMS);
            assertThat(reads).extracting(read -> read[1]).containsOnly((byte) 0);
          }
          return null;
        });
  }

  /** Reads until so many payload bytes came of datagrams that one call sends to the device. */
  private static List<byte[]> readsOfJoinedDatagrams(TunDevice device, int payload)
      throws SystemCallException {
    NetworkNamespace.setUp(NAME, "10.7.0.1");
    try (Arena arena = Arena.ofConfined();
        UdpSocketPair sender = UdpSocketPair.open(1, 0, 0).getFirst();
        SendBatch batch = new SendBatch(arena, sender.ipv4(), null, true, new Counters())) {
      Endpoint to = Endpoint.ofIpv4(0x0a07_0002, 7);
      for (int i = 0; i < DATAGRAMS; i++) {
        batch.reserve();
        batch.add(to, DATAGRAM, 0);
      }
      batch.flush();
      return read(device.queues().getFirst(), arena.allocate(ROOM, 8).address(), payload);
    }
  }

  /** The kernel says IPv6 things of its own in between. */
  private static List<byte[]> read(TunQueue queue, long room, int payload) {
    List<byte[]> reads = new ArrayList<>();
    long packet = room + queue.headerLength();
    int left = payload;
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (left > 0 && deadlineNs - System.nanoTime() > 0) {
      int length = queue.read(room, ROOM);
      if (length > 0 && Ip.version(packet) == Ip.V4) {
        reads.add(NativeMemory.toBytes(room, length));
        left -= Ipv4.totalLength(packet) - UDP_OVER_IPV4;
      }
    }
    assertThat(left).as("payload bytes that did not come").isZero();
    return reads;
  }
}
