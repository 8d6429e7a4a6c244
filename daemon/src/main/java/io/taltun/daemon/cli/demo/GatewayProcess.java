package io.taltun.daemon.cli.demo;

import io.taltun.daemon.admin.AdminClient;
import io.taltun.daemon.cli.CommandFailure;
import io.taltun.daemon.gateway.GatewayStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code taltun up} in a namespace; it ends when this process does, however that happens. */
final class GatewayProcess implements AutoCloseable {
  private static final long START_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_MS = 10;
  private static final long GRACE_S = 5;

  private final String name;
  private final Process process;
  private final Path log;
  private final AdminClient admin;

  // Written by the thread that closes the stage.
  private boolean stopping;

  private GatewayProcess(String name, Process process, Path log, AdminClient admin) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.admin = admin;
  }

  /**
   * Starts it; {@link #awaitReady} waits for it.
   *
   * @param debug whether its log goes to standard error instead of the file
   */
  static GatewayProcess start(
      NetworkSpace space,
      List<String> selfCommand,
      Site site,
      Path folder,
      Path admin,
      boolean debug)
      throws InterruptedException {
    List<String> command = new ArrayList<>(selfCommand);
    command.addAll(List.of("up", "-c", folder.resolve(site.name() + ".yaml").toString()));
    command.addAll(List.of("--state-dir", folder.toString()));
    command.add("--until-stdin-closes");
    if (debug) {
      command.add("--debug");
    }
    Path log = folder.resolve(site.name() + ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(log.toFile());
    if (debug) {
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    } else {
      builder.redirectErrorStream(true);
    }
    // The namespace is inherited from the thread that forks.
    return new GatewayProcess(site.name(), space.call(builder::start), log, new AdminClient(admin));
  }

  void awaitReady() throws InterruptedException {
    long deadlineNs = System.nanoTime() + START_TIMEOUT_NS;
    while (!answers()) {
      if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
        throw new CommandFailure(
            "the gateway " + name + " ended with exit code " + process.exitValue() + lastWords());
      }
      if (deadlineNs - System.nanoTime() < 0) {
        throw new CommandFailure("the gateway " + name + " was not up after 30 s" + lastWords());
      }
    }
  }

  private boolean answers() {
    try {
      admin.health();
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private String lastWords() {
    try {
      return Files.readAllLines(log).stream()
          .reduce((first, second) -> second)
          .map(line -> ": " + line)
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  GatewayStatus status() {
    try {
      return admin.status();
    } catch (IOException e) {
      throw new CommandFailure(
          "the gateway " + name + " does not answer: " + e.getMessage() + lastWords(), e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM, so that {@link #close} need not wait as long. A second one would end it at once. */
  void beginStop() {
    if (!stopping) {
      stopping = true;
      process.destroy();
    }
  }

  /** SIGTERM, and SIGKILL where that is not enough. */
  @Override
  public void close() {
    beginStop();
    try {
      if (!process.waitFor(GRACE_S, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(GRACE_S, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
