package io.taltun.daemon.cli;

import io.taltun.config.InterfaceConfig;
import io.taltun.daemon.log.LogStyle;
import io.taltun.daemon.log.Logs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command line that https://www.wireguard.com/xplatform/ asks of a userspace implementation,
 * and the environment variables that wireguard-go's users know.
 */
@Command(
    name = "wg",
    description = {
      "Make a WireGuard device that wg and wg-quick configure.",
      "It ends with its device ('ip link del IFACE') or with its socket's file."
    })
final class Wg implements Callable<Integer> {
  /** How long a gateway whose device is gone already may take to end. */
  private static final long ENDING_NS = TimeUnit.SECONDS.toNanos(5);

  private static final long POLL_MS = 20;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--foreground"},
      description = "Stay; without it the command returns when wg can be used.")
  private boolean foreground;

  @Parameters(paramLabel = "IFACE", description = "The device to make.")
  private String name;

  private final Host host;
  private final Taltun root;

  Wg(Host host, Taltun root) {
    this.host = host;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!InterfaceConfig.isName(name)) {
      throw new ParameterException(
          spec.commandLine(),
          "a device's name has 1 to 15 letters, digits and _ = + . -, not '" + name + "'");
    }
    host.privileges().requireNetworkAdmin();
    awaitEndOfTheLast();
    if (foreground || "1".equals(System.getenv("WG_PROCESS_FOREGROUND"))) {
      LogStyle style = Logs.stderrIsJournal() ? LogStyle.JOURNAL : LogStyle.TEXT;
      Logs.configure(style, level(System.getenv("LOG_LEVEL")), root.debug());
      Foreground.bare(host, name).run(false);
    } else {
      detach();
    }
    return CommandLine.ExitCode.OK;
  }

  /** {@code wg-quick down}, then {@code up}: the process ends a moment after its device. */
  private void awaitEndOfTheLast() throws InterruptedException {
    long deadlineNs = System.nanoTime() + ENDING_NS;
    while (host.isRunning(name)) {
      if (NetworkDevices.exists(name) || deadlineNs - System.nanoTime() < 0) {
        throw host.runsAlready(name);
      }
      Thread.sleep(POLL_MS);
    }
  }

  private void detach() throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("wg", "--foreground", name));
    if (root.debug()) {
      arguments.add("--debug");
    }
    Path log = host.runFolder().resolve(name + ".log");
    new Background(host, name, log).start(arguments);
  }

  /** wireguard-go's three levels, and the one that Taltun has between. */
  private Level level(String variable) {
    if (root.debug()) {
      return Level.FINE;
    }
    return switch (variable) {
      case "verbose", "debug" -> Level.FINE;
      case "error" -> Level.SEVERE;
      case "silent" -> Level.OFF;
      case null, default -> Level.INFO;
    };
  }
}
