package io.taltun.dataplane.worker;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.mailbox.WorkerMailbox;
import io.taltun.dataplane.os.CpuAffinity;
import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.NanoClock;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.packet.Coalescer;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.path.InboundPath;
import io.taltun.dataplane.path.OutboundPath;
import io.taltun.dataplane.session.WaitingPackets;
import io.taltun.dataplane.tun.TunOffloads;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.ReceiveBatch;
import io.taltun.dataplane.udp.SendBatch;
import io.taltun.dataplane.udp.UdpSocket;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;

/**
 * One thread of the packet path: waits until a descriptor is readable, then takes both edges'
 * packets from kernel to kernel until none is left. Everything it owns is its own; it shares
 * sessions, peers and tables with the others through snapshots and atomics.
 */
final class Worker implements Runnable, AutoCloseable {
  /** Bursts that are taken from a socket that is given up, lest a flood keeps the worker there. */
  private static final int LAST_BURSTS = 64;

  private final String name;
  private final int number;
  private final int cpu;
  private final NanoClock clock;
  private final FaultListener faults;
  private final Arena arena = Arena.ofShared();
  private final Counters counters = new Counters();
  private final WorkerMailbox mailbox = new WorkerMailbox();
  private final Epoll epoll = new Epoll();
  private final Watch watch;
  private final ControlRing control;
  private final WaitingPackets waiting;
  private final SendBatch sends;
  private final ReceiveBatch batch;
  private final Coalescer coalescer;
  private final boolean joinsUdp;
  private final OutboundPath outbound;
  private final InboundPath inbound;

  // Written by the worker; null for no socket of the family.
  private Inlet ipv4;
  private Inlet ipv6;

  // Written false once, by stop() or the worker.
  private volatile boolean running = true;

  // Written true once, by the worker: it obeys no more.
  private volatile boolean ended;

  // Written once, by the worker: what the kernel said to its CPU, 0 or −errno.
  private volatile int bound;

  /**
   * @param waitingBytes the longest packet that may wait for a session
   * @param wakeControl wakes the control thread; must not block, allocate or throw
   */
  Worker(
      int number,
      WorkerEdges edges,
      ForwardingTables tables,
      int waitingBytes,
      NanoClock clock,
      Runnable wakeControl,
      FaultListener faults)
      throws SystemCallException {
    this.number = number;
    this.name = "taltun-worker-" + number;
    this.cpu = edges.cpu();
    this.clock = clock;
    this.faults = faults;
    watch = new Watch(epoll, clock, Runtime.getRuntime().availableProcessors() > 1);
    control = new ControlRing(wakeControl);
    waiting = new WaitingPackets(number, waitingBytes);
    UdpSocketPair sockets = edges.sockets();
    boolean cutting = edges.udpOffloads().gso().on();
    sends = new SendBatch(arena, sockets.ipv4(), sockets.ipv6(), cutting, counters);
    batch = new ReceiveBatch(arena);
    TunQueue tun = edges.tun();
    TunOffloads tunOffloads = edges.tunOffloads();
    joinsUdp = tunOffloads.joinsUdp();
    coalescer = new Coalescer(arena, tun, counters, tunOffloads.gro().on(), joinsUdp);
    outbound = new OutboundPath(number, tun, tables, sends, waiting, control, counters);
    inbound = new InboundPath(number, coalescer, tables, batch, outbound, control, counters);
    epoll.add(mailbox.fd());
    epoll.add(tun.fd());
    ipv4 = inlet(sockets.ipv4());
    ipv6 = inlet(sockets.ipv6());
  }

  private Inlet inlet(UdpSocket socket) throws SystemCallException {
    if (socket == null) {
      return null;
    }
    epoll.add(socket.fd());
    return new Inlet(socket);
  }

  String name() {
    return name;
  }

  Counters counters() {
    return counters;
  }

  WaitingPackets waiting() {
    return waiting;
  }

  ControlRing control() {
    return control;
  }

  /** Any thread. */
  void post(WorkerCommand command) {
    mailbox.post(command);
    if (ended) {
      settle();
    }
  }

  /**
   * What the worker's end leaves to do of commands that came too late for it: keys are erased, and
   * nobody waits for it (trap 26).
   */
  private void settle() {
    for (WorkerCommand next = mailbox.take(); next != null; next = mailbox.take()) {
      switch (next) {
        case WorkerCommand.ReleaseSession c -> c.session().release(number);
        case WorkerCommand.UseSockets c -> c.taken().countDown();
        case WorkerCommand.Pause c -> c.standing().countDown();
        case WorkerCommand.SendWaiting _,
            WorkerCommand.DropWaiting _,
            WorkerCommand.SendKeepalive _,
            WorkerCommand.FitWaiting _,
            WorkerCommand.Beat _ -> {
          // its buffers go with it, and it is alive no more
        }
      }
    }
  }

  /** Lets {@link #run} end after its batch. Any thread. */
  void stop() {
    running = false;
    mailbox.signal();
  }

  /** 0, or the errno with which the kernel refused to bind it to its CPU. Any thread. */
  int refusedCpu() {
    return -bound;
  }

  /** Whether the kernel still cuts the messages it sends. Any thread. */
  boolean cutting() {
    return sends.cutting();
  }

  /** Whether the kernel still takes joined packets of each kind that it took. Any thread. */
  boolean joining() {
    return coalescer.tcpEnabled() && (coalescer.udpEnabled() || !joinsUdp);
  }

  @Override
  public void run() {
    if (cpu != CpuAffinity.ANY) {
      // Before the first touch of the worker's memory: it is to lie on this CPU's node.
      bound = CpuAffinity.bind(cpu);
    }
    while (running) {
      turn();
    }
    // What was asked for before the end is still done: keys are erased here.
    obey();
    ended = true;
    settle();
  }

  /** A method of its own: the JVM compiles what is called often, run() is called once. */
  private void turn() {
    try {
      int events = watch.await();
      counters.increment(Counter.WAKE_UPS);
      for (int i = 0; i < events; i++) {
        wake(epoll.readable(i));
      }
      drain();
    } catch (RuntimeException e) {
      counters.increment(Counter.WORKER_FAULTS);
      faults.onFault(name, e);
    }
    if (outbound.deviceGone() && running) {
      running = false;
      faults.onDeviceDeleted(name);
    }
  }

  /**
   * Until no source has more than its turn took. What comes after a source was found empty makes
   * its descriptor readable: the next wait sees it for the price of one system call, less than
   * asking every source once more.
   */
  private void drain() {
    boolean more;
    do {
      obey();
      more = dutyCycle(clock.nowNs());
    } while (more && running);
  }

  private void wake(int fd) {
    if (ipv4 != null && ipv4.socket.fd() == fd) {
      ipv4.flowing = true;
    } else if (ipv6 != null && ipv6.socket.fd() == fd) {
      ipv6.flowing = true;
    }
  }

  /**
   * One bounded burst a descriptor, whatever is waiting behind it: a bulk flow cannot starve the
   * others.
   */
  private boolean dutyCycle(long nowNs) {
    boolean more = receive(ipv4, nowNs);
    more |= receive(ipv6, nowNs);
    // Always: the kernel answers some packets while it takes them.
    more |= outbound.poll(nowNs);
    return more;
  }

  private boolean receive(Inlet inlet, long nowNs) {
    if (inlet == null || !inlet.flowing) {
      return false;
    }
    inlet.flowing = inbound.poll(inlet.socket, nowNs);
    return inlet.flowing;
  }

  private void obey() {
    if (!mailbox.ready()) {
      return;
    }
    long nowNs = clock.nowNs();
    for (WorkerCommand next = mailbox.take(); next != null; next = mailbox.take()) {
      switch (next) {
        case WorkerCommand.SendWaiting c -> outbound.sendWaiting(c.peer(), nowNs);
        case WorkerCommand.DropWaiting c -> outbound.dropWaiting(c.peer());
        case WorkerCommand.SendKeepalive c -> outbound.sendKeepalive(c.peer(), nowNs);
        case WorkerCommand.ReleaseSession c -> c.session().release(number);
        case WorkerCommand.UseSockets c -> use(c, nowNs);
        case WorkerCommand.FitWaiting c -> {
          waiting.fit(c.bytes());
          sends.joinAgain();
        }
        case WorkerCommand.Beat c -> c.answer().run();
        case WorkerCommand.Pause c -> pause(c);
      }
    }
    outbound.flush();
  }

  /** Every burst is written and flushed before commands have their turn. */
  private void pause(WorkerCommand.Pause command) {
    outbound.flush();
    command.standing().countDown();
    boolean interrupted = false;
    while (command.goOn().getCount() > 0) {
      try {
        command.goOn().await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void use(WorkerCommand.UseSockets command, long nowNs) {
    UdpSocketPair sockets = command.sockets();
    try {
      leave(ipv4, nowNs);
      leave(ipv6, nowNs);
      outbound.flush();
      sends.use(sockets.ipv4(), sockets.ipv6());
      ipv4 = null;
      ipv6 = null;
      ipv4 = inlet(sockets.ipv4());
      ipv6 = inlet(sockets.ipv6());
    } catch (SystemCallException e) {
      throw new IllegalStateException("new sockets cannot be watched", e);
    } finally {
      command.taken().countDown();
    }
  }

  private void leave(Inlet inlet, long nowNs) {
    if (inlet == null) {
      return;
    }
    epoll.remove(inlet.socket.fd());
    for (int i = 0; i < LAST_BURSTS && inbound.poll(inlet.socket, nowNs); i++) {
      // each poll takes what there is
    }
  }

  /** After {@link #run} ended. */
  @Override
  public void close() {
    epoll.close();
    mailbox.close();
    waiting.close();
    control.close();
    sends.close();
    batch.close();
    outbound.close();
    inbound.close();
    arena.close();
  }

  /** A socket, and whether asking it is worth a system call: the other family is mostly silent. */
  private static final class Inlet {
    final UdpSocket socket;

    // Written by the worker: set when it is readable, cleared when it has given everything.
    boolean flowing;

    Inlet(UdpSocket socket) {
      this.socket = socket;
    }
  }
}
