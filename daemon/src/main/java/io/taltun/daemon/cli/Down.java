package io.taltun.daemon.cli;

import io.taltun.daemon.admin.AdminClient;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "down", description = "Stop a running gateway and wait until it is gone.")
final class Down implements Callable<Integer> {
  /** More than the ten seconds that an on-down command has by default. */
  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

  private static final long POLL_MS = 20;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The gateway's device; not needed when only one runs.")
  private String name;

  private final Host host;

  Down(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    String chosen = host.chosen(name);
    try {
      new AdminClient(host.adminSocket(chosen)).stop();
    } catch (IOException e) {
      throw new CommandFailure(chosen + " does not take the stop: " + e.getMessage(), e);
    }
    long deadlineNs = System.nanoTime() + TIMEOUT_NS;
    while (Files.exists(host.adminSocket(chosen)) || NetworkDevices.exists(chosen)) {
      if (deadlineNs - System.nanoTime() < 0) {
        throw new CommandFailure(
            chosen + " is still stopping after 30 s; see its log, or end its process");
      }
      Thread.sleep(POLL_MS);
    }
    spec.commandLine().getOut().println(chosen + " is down");
    return CommandLine.ExitCode.OK;
  }
}
