package io.taltun.dataplane.worker;

import static io.taltun.dataplane.Packets.packet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Wire;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.os.BootClock;
import io.taltun.dataplane.os.CpuAffinity;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.path.Side;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.route.SessionIndex;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.session.SessionPair;
import io.taltun.dataplane.tun.KernelTunQueue;
import io.taltun.dataplane.tun.TunOffloads;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.SocketAddress;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One worker on its own thread; the other side is driven by the test's. */
class WorkerTest {
  private static final long NOW = 1_000;
  private static final String OURS = "10.0.0.1";
  private static final String THEIRS = "10.0.0.2";
  private static final int BURST = 32;

  private final Queue<RuntimeException> faults = new ConcurrentLinkedQueue<>();
  private final Queue<String> ends = new ConcurrentLinkedQueue<>();
  private final Side other = new Side(false);
  private final Wire wire = new Wire();
  private final TunQueue tun = KernelTunQueue.of(wire.queueFd(), 0);
  private final UdpSocketPair sockets = UdpSocketPair.open(1, 0, 0).getFirst();
  private final Peer peer = new Peer(0, 1);
  private final ForwardingTables tables =
      new ForwardingTables(new SessionIndex<>(64), Side.MTU, false);
  private final BootClock bootClock = new BootClock();

  // Replaced by the test, read by the worker.
  private volatile NanoClock clock = bootClock;

  private final WorkerEdges edges =
      new WorkerEdges(tun, sockets, TunOffloads.NONE, UdpOffloads.NONE, CpuAffinity.ANY);

  private final Worker worker =
      new Worker(0, edges, tables, Side.MTU, () -> clock.nowNs(), () -> {}, new Listener());
  private final Thread thread = Thread.ofPlatform().name(worker.name()).start(worker);
  private final SessionPair sessions;

  WorkerTest() throws SystemCallException {
    tables.setAllowedIps(
        AllowedIps.<Peer>builder().add(new byte[] {10, 0, 0, 2}, 32, peer).build());
    peer.setEndpoint(other.ipv4());
    Peer us = other.addPeer(Endpoint.ofIpv4(0x7f00_0001, sockets.localPort()), OURS);
    sessions = SessionPair.of(1, Primitives.best().aead(), peer, us);
    other.install(sessions.responder());
  }

  @AfterEach
  void end() throws InterruptedException {
    worker.stop();
    thread.join();
    worker.close();
    sockets.close();
    tun.close();
    wire.close();
    other.close();
  }

  private void install() {
    Session session = sessions.initiator();
    tables.sessions().put(session.localIndex(), session);
    peer.setKeypairs(new Keypairs(session, null, null));
  }

  @Test
  void shouldWakeUpAndCarryPacketsWhenEitherEdgeHasSome() {
    install();
    for (int i = 0; i < 100; i++) {
      wire.give(packet(OURS, THEIRS, 100 + i));
      other.receive(1, NOW);
      assertThat(other.wire.take()).isEqualTo(packet(OURS, THEIRS, 100 + i));
      other.send(NOW, packet(THEIRS, OURS, 100 + i));
      assertThat(takeOne()).isEqualTo(packet(THEIRS, OURS, 100 + i));
    }
    assertThat(worker.counters().get(Counter.WAKE_UPS)).isPositive();
  }

  @Test
  void shouldObeyWhenItSleeps() {
    wire.give(packet(OURS, THEIRS, 100));
    await(() -> worker.control().reports().size() == 1);
    assertThat(worker.control().reports().kind()).isEqualTo(ControlRing.HANDSHAKE_WANTED);
    worker.control().reports().release();
    install();
    worker.post(new WorkerCommand.SendWaiting(peer));
    other.receive(1, NOW);
    assertThat(other.wire.take()).isEqualTo(packet(OURS, THEIRS, 100));
    worker.post(new WorkerCommand.SendKeepalive(peer));
    other.receive(1, NOW);
    assertThat(other.count(Counter.KEEPALIVES_RECEIVED)).isOne();
  }

  @Test
  void shouldGiveASignOfLifeWhenItSleepsAndNoneWhileItHangs() throws InterruptedException {
    Queue<Thread> answers = new ConcurrentLinkedQueue<>();
    worker.post(new WorkerCommand.Beat(() -> answers.add(Thread.currentThread())));
    await(() -> answers.size() == 1);
    assertThat(answers.peek()).isSameAs(thread);

    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    clock =
        () -> {
          hangs.countDown();
          await(() -> released.getCount() == 0);
          return bootClock.nowNs();
        };
    wire.give(packet(OURS, THEIRS, 100));
    hangs.await();
    worker.post(new WorkerCommand.Beat(() -> answers.add(Thread.currentThread())));
    assertThat(answers).hasSize(1);
    released.countDown();
    await(() -> answers.size() == 2);
  }

  @Test
  void shouldDropWhatWaitsWhenTold() {
    wire.give(packet(OURS, THEIRS, 100));
    await(() -> worker.control().reports().size() == 1);
    worker.post(new WorkerCommand.DropWaiting(peer));
    await(() -> worker.counters().get(DropReason.NO_SESSION) == 1);
  }

  /** Trap 26: what was posted before the end is done, and the end wakes a sleeping worker. */
  @Test
  void shouldReleaseTheSessionsWhenItIsStopped() throws InterruptedException {
    Session session = sessions.initiator();
    worker.post(new WorkerCommand.ReleaseSession(session));
    worker.stop();
    thread.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(thread.isAlive()).isFalse();
    assertThat(ends).isEmpty();
    assertThat(catchThrowable(() -> session.sealer(0))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldReportAFaultAndGoOnWhenACycleThrows() {
    install();
    IllegalStateException fault = new IllegalStateException("for the test");
    clock =
        () -> {
          clock = bootClock;
          throw fault;
        };
    wire.give(packet(OURS, THEIRS, 100));
    other.receive(1, NOW);
    assertThat(other.wire.take()).isEqualTo(packet(OURS, THEIRS, 100));
    assertThat(faults).containsExactly(fault);
    assertThat(worker.counters().get(Counter.WORKER_FAULTS)).isOne();
  }

  /** What came to the old sockets is delivered; what goes out leaves from the new ones. */
  @Test
  void shouldLoseNothingWhenItTurnsToOtherSockets() throws Exception {
    install();
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    clock =
        () -> {
          clock = bootClock;
          busy.countDown();
          awaitLatch(goOn);
          return bootClock.nowNs();
        };
    worker.post(new WorkerCommand.SendWaiting(peer));
    awaitLatch(busy);
    for (int i = 0; i < 3 * BURST; i++) {
      other.send(NOW, packet(THEIRS, OURS, 100 + i));
    }
    CountDownLatch left = new CountDownLatch(1);
    try (UdpSocketPair next = UdpSocketPair.open(1, 0, 0).getFirst()) {
      worker.post(new WorkerCommand.UseSockets(next, left));
      goOn.countDown();
      awaitLatch(left);
      for (int i = 0; i < 3 * BURST; i++) {
        assertThat(wire.take()).isEqualTo(packet(THEIRS, OURS, 100 + i));
      }
      wire.give(packet(OURS, THEIRS, 100));
      other.receive(1, NOW);
      assertThat(other.wire.take()).isEqualTo(packet(OURS, THEIRS, 100));
      assertThat(other.control.reports().kind()).isEqualTo(ControlRing.ENDPOINT_MOVED);
      assertThat(SocketAddress.read(other.control.reports().address()).port())
          .isEqualTo(next.localPort());

      CountDownLatch down = new CountDownLatch(1);
      worker.post(new WorkerCommand.UseSockets(UdpSocketPair.NONE, down));
      awaitLatch(down);
      wire.give(packet(OURS, THEIRS, 100));
      await(() -> worker.counters().get(DropReason.NO_SOCKET) == 1);
    }
    assertThat(faults).isEmpty();
  }

  /** Trap 26: nobody waits for a worker that ended, and keys are erased. */
  @Test
  void shouldSettleCommandsThatComeAfterItsEnd() throws InterruptedException {
    worker.stop();
    thread.join();
    CountDownLatch left = new CountDownLatch(1);
    worker.post(new WorkerCommand.UseSockets(UdpSocketPair.NONE, left));
    assertThat(left.getCount()).isZero();
    Session session = sessions.initiator();
    worker.post(new WorkerCommand.ReleaseSession(session));
    assertThat(catchThrowable(() -> session.sealer(0))).isInstanceOf(IllegalStateException.class);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldAllocateNothingWhenAMillionPacketsCrossTheWorker() {
    assumeTrue(
        Primitives.best().aead().engine().startsWith("libcrypto"), "skipped: libcrypto not found");
    install();
    try (Arena arena = Arena.ofConfined()) {
      long there = place(arena, packet(OURS, THEIRS, 1400));
      long back = place(arena, packet(THEIRS, OURS, 1400));
      long room = arena.allocate(2048, 8).address();
      move(there, back, room, 200_000);
      long allocated = Allocation.least(thread, () -> move(there, back, room, 1_000_000));
      assertThat(allocated).as("bytes of the worker's thread").isZero();
      assertThat(faults).isEmpty();
    }
  }

  private static long place(Arena arena, byte[] packet) {
    long place = arena.allocate(packet.length, 8).address();
    NativeMemory.copy(packet, 0, place, packet.length);
    return place;
  }

  private void move(long there, long back, long room, int packets) {
    for (int moved = 0; moved < packets; moved += 2 * BURST) {
      for (int i = 0; i < BURST; i++) {
        wire.give(there, 1400);
        other.wire.give(back, 1400);
      }
      other.outbound.poll(NOW);
      other.receive(BURST, NOW);
      for (int i = 0; i < BURST; i++) {
        if (other.wire.take(room, 2048) != 1400) {
          throw new AssertionError("a packet is missing");
        }
        await(() -> wire.take(room, 2048) == 1400);
      }
    }
  }

  private byte[] takeOne() {
    byte[][] taken = new byte[1][];
    await(() -> (taken[0] = wire.take()) != null);
    return taken[0];
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      if (deadlineNs - System.nanoTime() < 0) {
        throw new AssertionError("waited too long");
      }
      Thread.yield();
    }
  }

  private final class Listener implements FaultListener {
    @Override
    public void onFault(String name, RuntimeException fault) {
      faults.add(fault);
    }

    @Override
    public void onEnd(String name, String why) {
      ends.add(name + ": " + why);
    }

    @Override
    public void onDeviceDeleted(String name) {
      ends.add(name + ": deleted");
    }
  }
}
