package io.taltun.daemon.cli.demo;

import io.taltun.daemon.cli.CommandFailure;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A thread in a network namespace of its own. Sockets that it opens and processes that it starts
 * live there; the namespace ends with the last of them, network_namespaces(7).
 */
public final class NetworkSpace implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");
  private static final long CLOSE_TIMEOUT_S = 2;

  private final ExecutorService thread;
  private final int descriptor;
  private final String identity;

  private NetworkSpace(ExecutorService thread, int descriptor, String identity) {
    this.thread = thread;
    this.descriptor = descriptor;
    this.identity = identity;
  }

  /**
   * Starts the thread.
   *
   * @param name of the thread
   */
  public static NetworkSpace create(String name) throws InterruptedException {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
    try {
      return call(thread, () -> enter(thread));
    } catch (CommandFailure e) {
      thread.shutdownNow();
      throw e;
    }
  }

  private static NetworkSpace enter(ExecutorService thread) throws IOException {
    int result = Syscall.unshare(CLONE_NEWNET);
    if (result < 0) {
      throw new CommandFailure(
          "cannot make a network namespace (%s); run it as root, and a container with --privileged"
              .formatted(Errno.text(-result)));
    }
    String identity = Files.readSymbolicLink(OWN).toString();
    return new NetworkSpace(thread, Syscall.open(OWN.toString(), 0, 0), identity);
  }

  /** An open descriptor of the namespace. */
  int descriptor() {
    return descriptor;
  }

  /** {@code net:[INODE]}, as links under /proc show it. */
  String identity() {
    return identity;
  }

  /** Begins something on the thread in the namespace. */
  <T> Future<T> submit(Callable<T> task) {
    return thread.submit(task);
  }

  /** Does something on the thread in the namespace and waits for its end. */
  public <T> T call(Callable<T> task) throws InterruptedException {
    return call(thread, task);
  }

  private static <T> T call(ExecutorService thread, Callable<T> task) throws InterruptedException {
    return result(thread.submit(task));
  }

  /** The outcome of a task; its failure is the command's. */
  static <T> T result(Future<T> task) throws InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CommandFailure failure
          ? failure
          : new CommandFailure(e.getCause().getMessage(), e.getCause());
    }
  }

  /** Ends the thread, and with it the namespace when no process is left in it. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Syscall.close(descriptor);
  }
}
