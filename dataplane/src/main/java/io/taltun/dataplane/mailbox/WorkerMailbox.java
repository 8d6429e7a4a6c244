package io.taltun.dataplane.mailbox;

import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.SystemCallException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Commands to one worker, in order. Any thread posts; the worker takes them between two batches.
 * The control thread posts a bounded number a peer and session, so the queue needs no limit of its
 * own.
 */
public final class WorkerMailbox implements AutoCloseable {
  private final ConcurrentLinkedQueue<WorkerCommand> commands = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean signalled = new AtomicBoolean();
  private final EventFd wakeUp;

  public WorkerMailbox() throws SystemCallException {
    wakeUp = new EventFd();
  }

  /** Readable while the worker has something to look at. */
  public int fd() {
    return wakeUp.fd();
  }

  public void post(WorkerCommand command) {
    commands.add(command);
    signal();
  }

  /** Wakes the worker without a command. */
  public void signal() {
    if (claim()) {
      ring();
    }
  }

  /** First step: one poster alone is to {@link #ring}. */
  boolean claim() {
    return signalled.compareAndSet(false, true);
  }

  /** Second step, maybe much later when the poster lost its processor in between. */
  void ring() {
    wakeUp.signal();
  }

  /**
   * Whether the worker is to {@link #take} until null. Worker only. The signal is taken back before
   * the commands are: one that is posted in between signals anew, so none is left behind (trap 26).
   *
   * <p>A poster that is between its steps has not made the descriptor readable yet; its signal
   * stays until that came too, or the descriptor would stay readable with nobody to drain it.
   */
  public boolean ready() {
    if (!signalled.get()) {
      return false;
    }
    if (wakeUp.drain()) {
      signalled.set(false);
    }
    return true;
  }

  /** The next command, or null. Worker only; after its end anybody. */
  public WorkerCommand take() {
    return commands.poll();
  }

  /** After the worker ended and nobody posts any more. */
  @Override
  public void close() {
    wakeUp.close();
  }
}
