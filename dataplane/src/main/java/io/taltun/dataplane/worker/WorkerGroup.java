package io.taltun.dataplane.worker;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.os.BootClock;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.tun.TunDevice;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.util.ArrayList;
import java.util.List;

/**
 * All workers of a gateway: worker i has queue i of the device and socket pair i. Started, told and
 * closed by the control thread; counters are read by anybody.
 */
public final class WorkerGroup {
  private final FaultListener faults;
  private final List<Worker> workers;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param sockets as many as the device has queues
   * @param udpOffloads of all sockets
   * @param waitingBytes the longest packet that may wait for a session
   * @param wakeControl wakes the control thread; must not block, allocate or throw
   */
  public WorkerGroup(
      TunDevice device,
      List<UdpSocketPair> sockets,
      UdpOffloads udpOffloads,
      ForwardingTables tables,
      int waitingBytes,
      Runnable wakeControl,
      FaultListener faults)
      throws SystemCallException {
    this.faults = faults;
    Offloads offloads = new Offloads(device.offloads(), udpOffloads);
    List<Worker> made = new ArrayList<>();
    for (int i = 0; i < sockets.size(); i++) {
      made.add(
          new Worker(
              i,
              device.queues().get(i),
              sockets.get(i),
              offloads,
              tables,
              waitingBytes,
              new BootClock(),
              wakeControl,
              faults));
    }
    workers = List.copyOf(made);
  }

  /** Starts the threads. */
  public void start() {
    for (Worker worker : workers) {
      threads.add(
          Thread.ofPlatform()
              .name(worker.name())
              .daemon()
              .uncaughtExceptionHandler((_, error) -> faults.onEnd(worker.name(), error.toString()))
              .start(worker));
    }
  }

  public int size() {
    return workers.size();
  }

  /** What worker {@code i} tells the control thread. */
  public ControlRing control(int i) {
    return workers.get(i).control();
  }

  public void post(int worker, WorkerCommand command) {
    workers.get(worker).post(command);
  }

  public void postAll(WorkerCommand command) {
    for (Worker worker : workers) {
      worker.post(command);
    }
  }

  /** A counter's sum over the workers. Any thread. */
  public long sum(Counter counter) {
    return workers.stream().mapToLong(w -> w.counters().get(counter)).sum();
  }

  /** A drop reason's sum over the workers. Any thread. */
  public long sum(DropReason reason) {
    return workers.stream().mapToLong(w -> w.counters().get(reason)).sum();
  }

  /** Ends the threads, after the commands that were posted; then frees what they owned. */
  public void close() throws InterruptedException {
    workers.forEach(Worker::stop);
    for (Thread thread : threads) {
      thread.join();
    }
    workers.forEach(Worker::close);
  }
}
