package io.taltun.daemon.control;

import io.taltun.dataplane.worker.FaultListener;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one {@link ControlLoop} and the tasks that other threads hand in, and sleeps until the next
 * deadline or until somebody calls {@link #wake}. An exception is logged and the loop goes on.
 */
public final class ControlThread {
  /** The thread's. */
  public static final String NAME = "taltun-control";

  private static final Logger LOG = LoggerFactory.getLogger("control");
  private static final long MAX_SLEEP_NS = TimeUnit.SECONDS.toNanos(1);

  /** During a flood: what comes meanwhile is taken in one go, and nobody wakes us for each. */
  private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(500);

  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Doze doze = new Doze();
  private final Thread thread;

  // Written by start(), before the thread runs.
  private ControlLoop loop;

  // Written by stop().
  private volatile boolean running = true;

  // Written by the control thread, at its end.
  private volatile boolean ended;

  // Written by the control thread: the last fault that was logged.
  private String lastFault;

  /**
   * @param faults hears of an Error, which ends the thread
   */
  public ControlThread(FaultListener faults) {
    thread =
        Thread.ofPlatform()
            .name(NAME)
            .daemon()
            .uncaughtExceptionHandler((_, error) -> faults.onEnd(NAME, error.toString()))
            .unstarted(this::run);
  }

  /** Starts the thread on its loop. */
  public void start(ControlLoop loop) {
    this.loop = loop;
    thread.start();
  }

  /** The {@link Thread#threadId}. */
  long threadId() {
    return thread.threadId();
  }

  /**
   * Ends the sleep, if it sleeps. Any thread, after it has made visible what there is to do;
   * neither blocks, allocates nor throws.
   */
  public void wake() {
    doze.wake(thread);
  }

  /** Runs a task on the control thread, later; not at all when that ends before. Any thread. */
  public void execute(Runnable task) {
    tasks.add(task);
    wake();
    if (ended) {
      abandonTasks();
    }
  }

  /**
   * Runs a task on the control thread and waits for its result.
   *
   * @throws TimeoutException when the result is not there in time
   * @throws ExecutionException when the task fails, or the thread ends before it
   */
  public <T> T call(Callable<T> task, long timeoutMs)
      throws InterruptedException, TimeoutException, ExecutionException {
    return submit(task).get(timeoutMs, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a task on the control thread, later. Any thread.
   *
   * @return its result; always completed, if by the end of the thread (trap 26)
   */
  public <T> CompletableFuture<T> submit(Callable<T> task) {
    Call<T> call = new Call<>(task, new CompletableFuture<>());
    execute(call);
    return call.result;
  }

  private record Call<T>(Callable<T> task, CompletableFuture<T> result) implements Runnable {
    @Override
    public void run() {
      try {
        result.complete(task.call());
      } catch (Exception e) {
        result.completeExceptionally(e);
      }
    }

    void abandon() {
      result.completeExceptionally(new IllegalStateException("the gateway has stopped"));
    }
  }

  private void abandonTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      if (task instanceof Call<?> call) {
        call.abandon();
      }
    }
  }

  /** Runs what was handed in before, then ends the thread and waits for it. */
  public void stop() throws InterruptedException {
    execute(() -> running = false);
    thread.join();
  }

  private void run() {
    try {
      loop();
    } finally {
      ended = true;
      abandonTasks();
    }
  }

  private void loop() {
    while (running) {
      long sleepNs = MAX_SLEEP_NS;
      try {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        sleepNs = loop.cycle();
      } catch (RuntimeException e) {
        log(e);
      }
      if (running && sleepNs > 0) {
        sleep(Math.min(sleepNs, MAX_SLEEP_NS));
      }
    }
  }

  private void sleep(long ns) {
    if (loop.flooded()) {
      LockSupport.parkNanos(this, Math.min(ns, PAUSE_NS));
    } else {
      doze.sleep(() -> tasks.isEmpty() && loop.idle(), ns);
    }
  }

  private void log(RuntimeException fault) {
    String line = fault.toString();
    if (!line.equals(lastFault)) {
      lastFault = line;
      LOG.error("fault on the control thread, going on: {}", line, fault);
    }
  }
}
