package io.taltun.daemon.cli;

import io.taltun.daemon.admin.SuccessorStart;
import io.taltun.daemon.systemd.ServiceManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the program again inside the service that this process is: as its user, with its rights,
 * credentials and log, where the service manager may follow it. A process from a terminal has none
 * of these, and systemd would take the end of this one for the end of the service.
 */
final class Successor implements SuccessorStart {
  private static final Logger LOG = LoggerFactory.getLogger("takeover");

  private final String name;
  private final Path file;
  private final List<String> command;

  /** Guarded by this: the one that was started last, null for none. */
  private ProcessHandle started;

  /**
   * @param file the gateway's configuration
   * @param command brings the gateway up in the place of this process
   */
  Successor(String name, Path file, List<String> command) {
    this.name = name;
    this.file = file;
    this.command = List.copyOf(command);
  }

  @Override
  public synchronized long start(Path meant) throws IOException {
    if (started != null && started.isAlive()) {
      throw new IOException(
          "process " + started.pid() + " is about to take " + name + " over already");
    }
    if (!isOurs(meant)) {
      throw new IOException(
          "%s's service runs %s, not %s; name that file, or change the service"
              .formatted(name, file, meant));
    }
    Map<String, String> environment = new HashMap<>(System.getenv());
    // It names this process; the other one is to feed the watchdog, too.
    environment.remove(ServiceManager.WATCHDOG_PID);
    long pid = SpawnedProcess.start(command, environment);
    LOG.info("{}: process {} is started to take over", name, pid);
    started = ProcessHandle.of(pid).orElse(null);
    if (started != null) {
      started.onExit().thenAccept(_ -> LOG.warn("process {} ended; {} goes on here", pid, name));
    }
    return pid;
  }

  private boolean isOurs(Path meant) {
    try {
      return Files.isSameFile(file, meant);
    } catch (IOException unseen) {
      return false; // by the service's user, in the service's view of the disk
    }
  }
}
