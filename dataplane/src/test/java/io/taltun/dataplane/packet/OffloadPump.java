package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.tun.KernelTunQueue;
import io.taltun.dataplane.tun.TunQueue;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Carries packets between two TUN devices with offloads, as two gateways and a wire between them
 * would: what one reads is cut, each packet's checksum is verified, and they are joined for the
 * other.
 */
final class OffloadPump implements AutoCloseable {
  private static final long TUNSETIFF = 0x400454caL;
  private static final long TUNSETOFFLOAD = 0x400454d0L;
  private static final int TUN_NO_PI_VNET_HDR = 0x0001 | 0x1000 | 0x4000;
  private static final int CSUM_TSO4_TSO6_ECN = 0x01 | 0x02 | 0x04 | 0x08;
  private static final int USO4_USO6 = 0x20 | 0x40;
  private static final int O_RDWR_NONBLOCK_CLOEXEC = 0x2 | 0x800 | 0x80000;
  private static final int ROOM = 10 + 65_536;

  private final TunQueue left;
  private final TunQueue right;
  private final Thread thread = new Thread(this::run, "offload-pump");
  private volatile boolean closed;
  private volatile Throwable failure;

  // Written by the pump's thread, read after its end.
  final Counters toLeft = new Counters();
  final Counters toRight = new Counters();
  private long largestCut;

  OffloadPump(TunQueue left, TunQueue right) {
    this.left = left;
    this.right = right;
    thread.start();
  }

  /** A device with every offload, in the calling thread's network; USO where the kernel has it. */
  static TunQueue open(String name) {
    int fd = Syscall.open("/dev/net/tun", O_RDWR_NONBLOCK_CLOEXEC, 0);
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(40, 8).address();
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      NativeMemory.copy(bytes, 0, request, bytes.length);
      NativeMemory.putShort(request + 16, (short) TUN_NO_PI_VNET_HDR);
      check("TUNSETIFF", Syscall.ioctl(fd, TUNSETIFF, request));
    }
    if (Syscall.ioctl(fd, TUNSETOFFLOAD, CSUM_TSO4_TSO6_ECN | USO4_USO6) < 0) {
      check("TUNSETOFFLOAD", Syscall.ioctl(fd, TUNSETOFFLOAD, CSUM_TSO4_TSO6_ECN));
    }
    return KernelTunQueue.of(fd, 10);
  }

  private static void check(String what, int result) {
    if (result < 0) {
      throw new AssertionError(what + ": " + Errno.text(-result));
    }
  }

  /** The most packets that one read became. */
  long largestCut() {
    return largestCut;
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      Coalescer leftward = new Coalescer(arena, left, toLeft, true, true);
      Coalescer rightward = new Coalescer(arena, right, toRight, true, true);
      Segmenter segmenter = new Segmenter(arena);
      PacketStore store = new PacketStore(arena);
      long room = arena.allocate(ROOM + 64, 64).address();
      while (!closed) {
        boolean moved = move(left, segmenter, room, store, rightward);
        moved |= move(right, segmenter, room, store, leftward);
        if (!moved) {
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
        }
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private boolean move(
      TunQueue from, Segmenter segmenter, long room, PacketStore store, Coalescer to) {
    int read = from.read(room, ROOM);
    if (read < 0) {
      return false;
    }
    store.reset();
    long packet = room + 10;
    int length = Ip.validate(packet, read - 10);
    int count = length < 0 ? 0 : segmenter.begin(room, packet, length);
    if (count == 0) {
      throw new AssertionError("the kernel gave what does not fit together");
    }
    for (int i = 0; i < count; i++) {
      long next = segmenter.next();
      byte[] bytes = NativeMemory.toBytes(next, segmenter.length());
      verify(bytes);
      to.add(store.put(bytes), bytes.length);
    }
    to.flush();
    largestCut = Math.max(largestCut, count);
    return true;
  }

  private static void verify(byte[] packet) {
    boolean v4 = ReferenceOffload.isIpv4(packet);
    int protocol = packet[v4 ? 9 : 6];
    if (protocol == Tcp.PROTOCOL || protocol == Udp.PROTOCOL) {
      byte[] expected = packet.clone();
      ReferenceOffload.complete(expected, v4 ? 20 : 40, protocol == Tcp.PROTOCOL);
      if (!Arrays.equals(packet, expected)) {
        throw new AssertionError("a checksum is wrong");
      }
    }
  }

  /** Ends the pumping; fails as it failed. Counters can be read afterwards. */
  void stop() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (failure != null) {
      throw new AssertionError("the pump failed", failure);
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Packets a write, on the way to one side. */
  static double packetsPerWrite(Counters counters) {
    return (double) counters.get(Counter.TUN_WRITTEN_PACKETS) / counters.get(Counter.TUN_WRITES);
  }
}
