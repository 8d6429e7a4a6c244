package io.taltun.daemon.cli;

import io.taltun.daemon.admin.AdminClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** A takeover of a gateway that is a service: the service starts the new process, not we. */
final class ServiceTakeover {
  private final Host host;
  private final String name;

  ServiceTakeover(Host host, String name) {
    this.host = host;
    this.name = name;
  }

  /**
   * Returns when the new process answers.
   *
   * @param file the gateway's configuration
   * @return the new process's id; empty when the gateway is nobody's service: take it over here
   * @throws CommandFailure when it goes on as it was
   */
  OptionalLong run(Path file) throws IOException, InterruptedException {
    if (!host.isRunning(name)) {
      return OptionalLong.empty();
    }
    Arrival arrival = Arrival.inPlaceOfAnother(host.adminSocket(name));
    OptionalLong started;
    try {
      started = new AdminClient(host.adminSocket(name)).startSuccessor(file);
    } catch (IOException e) {
      throw new CommandFailure(name + " goes on as it was: " + e.getMessage(), e);
    }
    if (started.isEmpty()) {
      return started;
    }
    long pid = started.getAsLong();
    return switch (arrival.await(() -> endsSoon(pid))) {
      case ANSWERS -> started;
      case PROCESS_ENDED ->
          throw new CommandFailure(
              "%s goes on as it was: process %d has ended; its service's log says why"
                  .formatted(name, pid));
      case TOO_LATE ->
          throw new CommandFailure(
              "process %d did not take %s over within 30 s; its service's log says more"
                  .formatted(pid, name));
    };
  }

  private static boolean endsSoon(long pid) throws InterruptedException {
    Thread.sleep(Arrival.POLL_MS);
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
  }
}
