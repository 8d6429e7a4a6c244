package io.taltun.dataplane.memory;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.mailbox.WorkerMailbox;
import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.tun.KernelTunQueue;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.tun.VirtioNetHeader;
import io.taltun.dataplane.udp.MessageSocket;
import io.taltun.dataplane.udp.UdpSocket;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Carries made-up packets through a {@link MemoryTunnel} before a gateway reports that it is ready,
 * so that the compiler has seen the packet path before the first packet does. Cold, that packet
 * would take milliseconds, and the first second of a transfer a third more time.
 */
public final class PathWarmUp {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;

  /** Calls after which the JVM compiles a method for good (Tier4InvocationThreshold), and more. */
  private static final int CALLS = 6_000;

  /** One in so many rounds with the kernel's edges carries a packet, which takes its time. */
  private static final int CARRY_EVERY = 100;

  private PathWarmUp() {}

  /**
   * Runs on the calling thread until the time is over.
   *
   * @return packets carried
   */
  public static long run(Aead aead, long durationNs, NanoClock clock) {
    long endNs = clock.nowNs() + durationNs;
    try (Arena arena = Arena.ofConfined();
        MemoryTunnel tunnel = new MemoryTunnel(aead)) {
      MadeUpPackets make = new MadeUpPackets(arena);
      List<Load> loads = loads(make);
      MadeUpPackets.Made waiting = make.pushed(false, 30_000);
      Disturbance disturbance = new Disturbance(arena, MemoryTunnel.RIGHT_INDEX);
      carryAll(tunnel, loads, clock.nowNs());
      touchKernelEdges(aead, clock.nowNs());
      touchWaiting();
      while (endNs - clock.nowNs() > 0) {
        carryAll(tunnel, loads, clock.nowNs());
        tunnel.carryAfterWaiting(waiting, clock.nowNs());
        tunnel.disturb(disturbance, clock.nowNs());
      }
      return tunnel.delivered();
    }
  }

  private record Load(MadeUpPackets.Made packet, int times) {}

  /** Mostly full TCP segments, as on most tunnels, and some of everything else. */
  private static List<Load> loads(MadeUpPackets make) {
    return List.of(
        new Load(make.bulkTcp4(), 4),
        new Load(make.acknowledgement(false), 8),
        new Load(make.datagram(false, 64), 8),
        new Load(make.ping(false, 56), 2),
        new Load(make.opening(false), 1),
        new Load(make.pushed(false, 1000), 2),
        new Load(make.pushed(false, 20_000), 1),
        new Load(make.bulkTcp6(), 1),
        new Load(make.acknowledgement(true), 2),
        new Load(make.ping(true, 56), 1),
        new Load(make.bulkUdp(false, 1380), 1),
        new Load(make.datagram(true, 1380), 2),
        new Load(make.bulkUdp(true, 64), 1));
  }

  private static void carryAll(MemoryTunnel tunnel, List<Load> loads, long nowNs) {
    for (Load load : loads) {
      tunnel.carry(load.packet(), load.times(), nowNs);
    }
  }

  /**
   * The paths have to meet the kernel's edges too, or the compiler takes those in memory for the
   * only ones and starts anew with the first real packet. A pair of local sockets stands for both:
   * one end is a TUN queue, and what is sent to an Internet address there is refused.
   */
  private static void touchKernelEdges(Aead aead, long nowNs) {
    try (Arena arena = Arena.ofConfined()) {
      long pair = arena.allocate(8, 8).address();
      if (Syscall.socketpair(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0, pair) < 0) {
        return;
      }
      int one = NativeMemory.getInt(pair);
      int other = NativeMemory.getInt(pair + Integer.BYTES);
      try (TunQueue tun = KernelTunQueue.of(one, VirtioNetHeader.LENGTH);
          UdpSocket socket = UdpSocket.over(other)) {
        touch(aead, tun, socket, new MadeUpPackets(arena).bulkTcp4(), nowNs);
      }
    }
  }

  /** What a worker does around each burst, and seldom enough to stay cold for a long time. */
  private static void touchWaiting() {
    try (Epoll epoll = new Epoll();
        WorkerMailbox mailbox = new WorkerMailbox()) {
      epoll.add(mailbox.fd());
      mailbox.signal();
      for (int i = 0; i < CALLS; i++) {
        if (epoll.await(0) == 1 && epoll.readable(0) == mailbox.fd() && mailbox.ready()) {
          mailbox.take();
          mailbox.signal();
        }
      }
    } catch (SystemCallException e) {
      // Without descriptors to spare the start itself fails, and says so.
    }
  }

  private static void touch(
      Aead aead, TunQueue tun, MessageSocket socket, MadeUpPackets.Made made, long nowNs) {
    try (MemoryTunnel tunnel = new MemoryTunnel(aead, tun, socket)) {
      MemoryGateway right = tunnel.right();
      for (int i = 0; i < CALLS; i++) {
        if (i % CARRY_EVERY == 0) {
          tunnel.carry(made, 1, nowNs);
        }
        right.inbound().poll(socket, nowNs);
        right.outbound().sendKeepalive(right.peer(), nowNs);
        right.outbound().poll(nowNs);
      }
    }
  }
}
