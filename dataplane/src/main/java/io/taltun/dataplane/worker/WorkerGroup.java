package io.taltun.dataplane.worker;

import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.counter.Histogram;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.WorkerCommand;
import io.taltun.dataplane.os.BootClock;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * All workers of a gateway. Started, told and closed by the control thread; counters are read by
 * anybody.
 */
public final class WorkerGroup {
  private final FaultListener faults;
  private final List<Worker> workers;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * @param edges one worker's each
   * @param waitingBytes the longest packet that may wait for a session
   * @param wakeControl wakes the control thread; must not block, allocate or throw
   */
  public WorkerGroup(
      List<WorkerEdges> edges,
      ForwardingTables tables,
      int waitingBytes,
      Runnable wakeControl,
      FaultListener faults)
      throws SystemCallException {
    this.faults = faults;
    List<Worker> made = new ArrayList<>();
    for (WorkerEdges each : edges) {
      made.add(
          new Worker(
              made.size(), each, tables, waitingBytes, new BootClock(), wakeControl, faults));
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

  /** The name of worker {@code i}'s thread. */
  public String name(int i) {
    return workers.get(i).name();
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

  /**
   * Lets worker {@code i} send and receive through pair {@code i} from now on.
   *
   * @param sockets as many as there are workers
   * @return open once no worker uses the sockets before
   */
  public CountDownLatch useSockets(List<UdpSocketPair> sockets) {
    CountDownLatch taken = new CountDownLatch(workers.size());
    for (int i = 0; i < workers.size(); i++) {
      post(i, new WorkerCommand.UseSockets(sockets.get(i), taken));
    }
    return taken;
  }

  /**
   * Lets all workers stand still, with nothing in their hands.
   *
   * @param goOn ends it
   * @return open once none touches a descriptor, a session or a packet any more
   */
  public CountDownLatch pause(CountDownLatch goOn) {
    CountDownLatch standing = new CountDownLatch(workers.size());
    postAll(new WorkerCommand.Pause(standing, goOn));
    return standing;
  }

  /** Packets that wait for a worker's peer, oldest first; only while the workers stand still. */
  public List<byte[]> waiting(int worker, Peer peer) {
    return workers.get(worker).waiting().copies(peer);
  }

  /** Lets a packet wait as it did for another process; before {@link #start}. */
  public void restoreWaiting(int worker, Peer peer, byte[] packet) {
    workers.get(worker).waiting().addCopy(peer, packet);
  }

  /** The errno of the first worker whose CPU the kernel refused; 0 for none. Any thread. */
  public int refusedCpu() {
    return workers.stream().mapToInt(Worker::refusedCpu).filter(e -> e != 0).findFirst().orElse(0);
  }

  /** Whether every worker's sent messages are still cut by the kernel. Any thread. */
  public boolean cutting() {
    return workers.stream().allMatch(Worker::cutting);
  }

  /** Whether every worker's joined packets are still taken by the TUN device. Any thread. */
  public boolean joining() {
    return workers.stream().allMatch(Worker::joining);
  }

  /** A counter's sum over the workers. Any thread. */
  public long sum(Counter counter) {
    return workers.stream().mapToLong(w -> w.counters().get(counter)).sum();
  }

  /** A drop reason's sum over the workers. Any thread. */
  public long sum(DropReason reason) {
    return workers.stream().mapToLong(w -> w.counters().get(reason)).sum();
  }

  /** A counter of worker {@code i}. Any thread. */
  public long count(int i, Counter counter) {
    return workers.get(i).counters().get(counter);
  }

  /** The sizes of worker {@code i}'s batches. Any thread. */
  public Histogram batches(int i, Batch batch) {
    return workers.get(i).counters().get(batch);
  }

  /** Packets that wait for a session in worker {@code i}'s pool. Any thread. */
  public int waitingPackets(int i) {
    return workers.get(i).waiting().used();
  }

  /** The {@link Thread#threadId} of worker {@code i}, once it was started. */
  public long threadId(int i) {
    return threads.get(i).threadId();
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
