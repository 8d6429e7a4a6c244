package io.taltun.dataplane.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.NetworkNamespace;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.packet.Ip;
import io.taltun.dataplane.packet.Ipv4;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TunDeviceTest {
  private static final String NAME = "taltuntest0";
  private static final int ROOM = 2048;

  @BeforeAll
  static void findDevice() {
    assumeTrue(Files.exists(Path.of("/dev/net/tun")), "skipped: needs /dev/net/tun");
  }

  @Test
  void shouldBeThereUntilItIsClosedWhenItHasTwoQueues() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunDevice device = TunDevice.open(NAME, 2)) {
            assertThat(device.name()).isEqualTo(NAME);
            assertThat(device.currentName()).isEqualTo(NAME);
            int namespace = device.openNamespace();
            assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + namespace)))
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
            Syscall.close(namespace);
            assertThat(device.queues()).extracting(TunQueue::fd).doesNotHaveDuplicates().hasSize(2);
            assertThat(devices()).contains(NAME + ":");
          }
          assertThat(devices()).doesNotContain(NAME);
          TunDevice.open(NAME, 1).close();
          return null;
        });
  }

  @Test
  void shouldSayThatTheNameIsTakenWhenAnotherGatewayHasIt() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunDevice first = TunDevice.open(NAME, 2)) {
            assertTaken(NAME);
            assertThat(first.queues()).hasSize(2);
            assertThat(devices()).contains(NAME + ":");
          }
          return null;
        });
  }

  @Test
  void shouldSayThatTheNameIsTakenWhenADeviceOfAnotherKindHasIt() throws Exception {
    NetworkNamespace.run(
        () -> {
          assertTaken("lo");
          return null;
        });
  }

  private static void assertTaken(String name) {
    assertThatThrownBy(() -> TunDevice.open(name, 1))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining(name + "; another device or gateway has that name")
        .extracting(e -> ((SystemCallException) e).errno())
        .isEqualTo(Errno.EBUSY);
  }

  @Test
  void shouldNotSayThatTheNameIsTakenWhenTheKernelRefusesIt() throws Exception {
    NetworkNamespace.run(
        () -> {
          assertThatThrownBy(() -> TunDevice.open("a/b", 1))
              .hasMessage("cannot create a/b: invalid argument");
          return null;
        });
  }

  @Test
  void shouldRefuseANameWhenItHasMoreBytesThanTheKernelKeeps() throws Exception {
    NetworkNamespace.run(
        () -> {
          assertThatThrownBy(() -> TunDevice.open("sixteen-bytes-xx", 1))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> TunDevice.open("", 1))
              .isInstanceOf(IllegalArgumentException.class);
          return null;
        });
  }

  @Test
  void shouldCarryPacketsBothWaysWhenTheKernelRoutesThem() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunDevice device = TunDevice.open(NAME, 2);
              Arena arena = Arena.ofConfined()) {
            NetworkNamespace.setUp(NAME, "10.7.0.1");
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("10.7.0.1", 0))) {
              socket.setSoTimeout(10_000);
              byte[] text = "there and back".getBytes(StandardCharsets.US_ASCII);
              socket.send(
                  new DatagramPacket(text, text.length, new InetSocketAddress("10.7.0.2", 7)));
              long packet = arena.allocate(ROOM, 8).address();
              int length = readIpv4(device, packet);
              assertThat(Ipv4.source(packet)).isEqualTo(0x0a07_0001);
              assertThat(Ipv4.destination(packet)).isEqualTo(0x0a07_0002);
              turnAround(packet);
              assertThat(device.queues().get(1).write(packet, length)).isEqualTo(length);
              DatagramPacket answer = new DatagramPacket(new byte[100], 100);
              socket.receive(answer);
              assertThat(answer.getSocketAddress()).isEqualTo(new InetSocketAddress("10.7.0.2", 7));
              assertThat(answer.getLength()).isEqualTo(text.length);
            }
          }
          return null;
        });
  }

  /** The kernel chooses the queue, and says IPv6 things of its own. */
  private static int readIpv4(TunDevice device, long packet) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (deadlineNs - System.nanoTime() > 0) {
      for (TunQueue queue : device.queues()) {
        int length = queue.read(packet, ROOM);
        if (length > 0 && Ip.version(packet) == Ip.V4) {
          return length;
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no packet came");
  }

  /** Swaps addresses and ports: neither checksum changes. */
  private static void turnAround(long packet) {
    int source = Ipv4.source(packet);
    NativeMemory.putIntBe(packet + 12, Ipv4.destination(packet));
    NativeMemory.putIntBe(packet + 16, source);
    long ports = packet + Ipv4.headerLength(packet);
    short sourcePort = NativeMemory.getShortBe(ports);
    NativeMemory.putShortBe(ports, NativeMemory.getShortBe(ports + 2));
    NativeMemory.putShortBe(ports + 2, sourcePort);
  }

  private static String devices() throws IOException {
    return Files.readString(Path.of("/proc/thread-self/net/dev"));
  }
}
