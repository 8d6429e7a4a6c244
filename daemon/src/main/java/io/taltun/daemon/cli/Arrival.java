package io.taltun.daemon.cli;

import io.taltun.daemon.admin.AdminClient;
import io.taltun.daemon.unix.SocketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Waits until a gateway answers, in a process that has just been started. */
final class Arrival {
  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

  /** Between two looks, in milliseconds. */
  static final long POLL_MS = 20;

  /** How a wait ended. */
  enum End {
    ANSWERS,
    PROCESS_ENDED,
    TOO_LATE
  }

  /** Waits for {@link #POLL_MS}, or until the process has ended. */
  @FunctionalInterface
  interface Watched {
    boolean ended() throws InterruptedException;
  }

  private final Path socket;

  /** The socket file of the process before, null for none. */
  private final Object before;

  private Arrival(Path socket, Object before) {
    this.socket = socket;
    this.before = before;
  }

  /** Of a gateway that does not run. */
  static Arrival atFirst(Path socket) {
    return new Arrival(socket, null);
  }

  /** Of one that goes on in another process: that one has another socket of the same name. */
  static Arrival inPlaceOfAnother(Path socket) throws IOException {
    return new Arrival(socket, Files.exists(socket) ? SocketFile.identity(socket) : null);
  }

  End await(Watched process) throws IOException, InterruptedException {
    AdminClient client = new AdminClient(socket);
    long deadlineNs = System.nanoTime() + TIMEOUT_NS;
    while (SocketFile.identity(socket).equals(before) || !answers(client)) {
      if (process.ended()) {
        return End.PROCESS_ENDED;
      }
      if (deadlineNs - System.nanoTime() < 0) {
        return End.TOO_LATE;
      }
    }
    return End.ANSWERS;
  }

  private static boolean answers(AdminClient client) {
    try {
      client.health();
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }
}
