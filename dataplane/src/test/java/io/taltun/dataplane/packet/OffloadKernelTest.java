package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.NetworkNamespace;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.tun.TunQueue;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Both halves against the kernel's own stacks: two networks, and nothing but us in between. */
class OffloadKernelTest {
  private static final String NAME = "taltunoff0";
  private static final int PORT = 7_007;
  private static final int STREAM_BYTES = 8 << 20;
  private static final int DATAGRAM_BYTES = 1_111;
  private static final int DATAGRAMS = 40;
  private static final int BURSTS = 10;
  private static final int TIMEOUT_MS = 10_000;
  private static final int IFA_F_TENTATIVE = 0x40;
  private static final int UDP_SEGMENT = 103;

  @BeforeAll
  static void findDevice() {
    assumeTrue(Files.exists(Path.of("/dev/net/tun")), "skipped: needs /dev/net/tun");
  }

  @Test
  void shouldCarryAStreamBetweenKernelsWhenIpv4CarriesTcp() throws Exception {
    stream("10.7.0.1", "10.7.0.2");
  }

  @Test
  void shouldCarryAStreamBetweenKernelsWhenIpv6CarriesTcp() throws Exception {
    stream("fd77::1", "fd77::2");
  }

  @Test
  void shouldCarryDatagramsBetweenKernelsWhenIpv4CarriesUdp() throws Exception {
    datagrams("10.7.0.1", "10.7.0.2");
  }

  @Test
  void shouldCarryDatagramsBetweenKernelsWhenIpv6CarriesUdp() throws Exception {
    datagrams("fd77::1", "fd77::2");
  }

  private static void stream(String from, String to) throws Exception {
    byte[] sent = new byte[STREAM_BYTES];
    new Random(5).nextBytes(sent);
    CountDownLatch listening = new CountDownLatch(1);
    between(
        from,
        to,
        () -> {
          listening.await();
          try (Socket socket = new Socket(to, PORT)) {
            OutputStream stream = socket.getOutputStream();
            stream.write(sent);
            socket.shutdownOutput();
            return socket.getInputStream().read();
          }
        },
        () -> {
          try (ServerSocket server = new ServerSocket(PORT, 1, InetAddress.ofLiteral(to))) {
            server.setSoTimeout(TIMEOUT_MS);
            listening.countDown();
            try (Socket socket = server.accept()) {
              socket.setSoTimeout(TIMEOUT_MS);
              byte[] received = socket.getInputStream().readAllBytes();
              assertThat(Arrays.equals(received, sent)).as("the stream is intact").isTrue();
            }
          }
          return null;
        });
  }

  /** With UDP_SEGMENT a send reaches the device as one packet; each datagram must arrive. */
  private static void datagrams(String from, String to) throws Exception {
    byte[] sent = new byte[DATAGRAMS * DATAGRAM_BYTES - 17];
    new Random(6).nextBytes(sent);
    // Less than the receiver's buffer is on the way at any time.
    Semaphore turns = new Semaphore(0);
    between(
        from,
        to,
        () -> {
          InetAddress address = InetAddress.ofLiteral(to);
          for (int i = 0; i < BURSTS; i++) {
            turns.acquire();
            sendSegmented(address, sent);
          }
          return null;
        },
        () -> {
          try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(to, PORT))) {
            socket.setSoTimeout(TIMEOUT_MS);
            for (int i = 0; i < BURSTS * DATAGRAMS; i++) {
              if (i % DATAGRAMS == 0) {
                turns.release();
              }
              DatagramPacket datagram = new DatagramPacket(new byte[65_535], 65_535);
              socket.receive(datagram);
              int start = i % DATAGRAMS * DATAGRAM_BYTES;
              int end = Math.min(start + DATAGRAM_BYTES, sent.length);
              byte[] received = Arrays.copyOf(datagram.getData(), datagram.getLength());
              assertThat(Arrays.equals(received, Arrays.copyOfRange(sent, start, end)))
                  .as("datagram %d is intact", i)
                  .isTrue();
            }
          }
          return null;
        });
  }

  private static void sendSegmented(InetAddress to, byte[] bytes) {
    byte[] raw = to.getAddress();
    int family = raw.length == 4 ? 2 : 10;
    int fd = Syscall.socket(family, 2 | 0x80000, 0);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(28, 8).address();
      NativeMemory.putShort(address, (short) family);
      NativeMemory.putShortBe(address + 2, (short) PORT);
      NativeMemory.copy(raw, 0, address + (raw.length == 4 ? 4 : 8), raw.length);
      long payload = arena.allocate(bytes.length, 8).address();
      NativeMemory.copy(bytes, 0, payload, bytes.length);
      assertThat(Syscall.setOption(fd, Udp.PROTOCOL, UDP_SEGMENT, DATAGRAM_BYTES)).isZero();
      assertThat(Syscall.connect(fd, address, raw.length == 4 ? 16 : 28)).isZero();
      assertThat(Syscall.send(fd, payload, bytes.length, 0)).isEqualTo(bytes.length);
    } finally {
      Syscall.close(fd);
    }
  }

  private static void between(String from, String to, Callable<?> sender, Callable<?> receiver)
      throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunQueue left = OffloadPump.open(NAME)) {
            setUp(from);
            FutureTask<?> sending = new FutureTask<>(sender);
            Thread thread = new Thread(sending, "sender");
            thread.start();
            NetworkNamespace.run(
                () -> {
                  try (TunQueue right = OffloadPump.open(NAME)) {
                    setUp(to);
                    carry(left, right, receiver, sending);
                  }
                  return null;
                });
          }
          return null;
        });
  }

  private static void carry(
      TunQueue left, TunQueue right, Callable<?> receiver, FutureTask<?> sending) throws Exception {
    Counters toRight;
    long largestCut;
    try (OffloadPump pump = new OffloadPump(left, right)) {
      toRight = pump.toRight;
      receiver.call();
      sending.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
      pump.stop();
      largestCut = pump.largestCut();
    }
    assertThat(largestCut).as("packets out of one read").isGreaterThan(20);
    assertThat(OffloadPump.packetsPerWrite(toRight)).as("packets into one write").isGreaterThan(2);
    assertThat(toRight.get(Counter.TUN_OFFLOAD_REFUSALS)).isZero();
    assertThat(toRight.get(DropReason.TUN_WRITE_FAILED)).isZero();
    assertThat(checksumErrors()).as("checksum errors that the receiver counts").isZero();
  }

  /** Every InCsumErrors of the calling thread's network, added up. */
  private static long checksumErrors() throws IOException {
    long errors = 0;
    String[] lines = Files.readString(Path.of("/proc/thread-self/net/snmp")).split("\n");
    for (int i = 0; i + 1 < lines.length; i += 2) {
      String[] names = lines[i].split(" ");
      String[] values = lines[i + 1].split(" ");
      for (int k = 0; k < names.length; k++) {
        errors += names[k].equals("InCsumErrors") ? Long.parseLong(values[k]) : 0;
      }
    }
    for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/snmp6"))) {
      if (line.contains("InCsumErrors")) {
        errors += Long.parseLong(line.trim().split("\\s+")[1]);
      }
    }
    return errors;
  }

  /** Gives the device of the calling thread's network an address, and sets it up. */
  private static void setUp(String address) throws IOException {
    byte[] raw = InetAddress.ofLiteral(address).getAddress();
    NetworkNamespace.setUp(NAME, raw.length == 4 ? address : "10.7.9." + raw[15]);
    if (raw.length == 4) {
      return;
    }
    int fd = Syscall.socket(10, 2 | 0x80000, 0);
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(40, 8).address();
      byte[] name = NAME.getBytes(StandardCharsets.US_ASCII);
      NativeMemory.copy(name, 0, request, name.length);
      check(Syscall.ioctl(fd, 0x8933, request));
      int index = NativeMemory.getInt(request + 16);
      // struct in6_ifreq: address, prefix length, interface.
      NativeMemory.copy(raw, 0, request, 16);
      NativeMemory.putInt(request + 16, 64);
      NativeMemory.putInt(request + 20, index);
      check(Syscall.ioctl(fd, 0x8916, request));
      awaitUsable();
    } finally {
      Syscall.close(fd);
    }
  }

  /** The kernel looks for duplicates in its own time, even where there can be none. */
  private static void awaitUsable() throws IOException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    while (deadlineNs - System.nanoTime() > 0) {
      boolean tentative = false;
      for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/if_inet6"))) {
        tentative |= (Integer.parseInt(line.split("\\s+")[4], 16) & IFA_F_TENTATIVE) != 0;
      }
      if (!tentative) {
        return;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("the address stays tentative");
  }

  private static void check(int result) {
    if (result < 0) {
      throw new AssertionError("ioctl: " + Errno.text(-result));
    }
  }
}
