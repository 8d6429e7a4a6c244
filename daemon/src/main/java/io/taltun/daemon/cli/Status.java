package io.taltun.daemon.cli;

import io.taltun.daemon.admin.AdminClient;
import io.taltun.daemon.cli.watch.StatusWatch;
import io.taltun.daemon.gateway.GatewayStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "status", description = "Show every peer of the running gateways.")
final class Status implements Callable<Integer> {
  private static final double LEAST_INTERVAL = 0.1;
  private static final double MOST_INTERVAL = 3600;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The gateway's device; default: all that run.")
  private String name;

  @Option(names = "--json", description = "One JSON object, as the admin socket gives it.")
  private boolean json;

  @Option(names = "--watch", description = "Show it again and again, with rates, until Ctrl-C.")
  private boolean watch;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "With --watch: how often, 0.1 to 3600; default: 1.")
  private Double interval;

  private final Host host;

  Status(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (json && watch) {
      throw new ParameterException(spec.commandLine(), "--json and --watch exclude each other");
    }
    if (interval != null
        && (!watch || !(interval >= LEAST_INTERVAL && interval <= MOST_INTERVAL))) {
      throw new ParameterException(
          spec.commandLine(), "--interval goes with --watch and takes 0.1 to 3600 seconds");
    }
    if (json) {
      out.println(statusJson(new AdminClient(host.adminSocket(host.chosen(name)))));
      return CommandLine.ExitCode.OK;
    }
    String first = render();
    if (!watch || !canRedraw()) {
      out.print(first);
      out.flush();
    }
    if (watch) {
      watch(out, Math.round((interval == null ? 1 : interval) * 1000));
    }
    return CommandLine.ExitCode.OK;
  }

  private boolean canRedraw() {
    String terminalType = System.getenv("TERM");
    return host.terminal().output() && terminalType != null && !terminalType.equals("dumb");
  }

  private void watch(PrintWriter out, long intervalMs) throws InterruptedException {
    if (!canRedraw()) {
      while (!out.checkError()) {
        Thread.sleep(intervalMs);
        out.print("\n" + render());
        out.flush();
      }
      return;
    }
    String chosen = name == null ? null : host.chosen(name);
    StatusWatch screen =
        new StatusWatch(
            host.terminal(),
            () -> chosen == null ? host.running() : List.of(chosen),
            each -> new AdminClient(host.adminSocket(each)).status());
    Signals.handle("INT", screen::end);
    Signals.handle("TERM", screen::end);
    Signals.handle("WINCH", screen::redraw);
    screen.run(out, intervalMs);
  }

  private String render() {
    List<String> names = name == null ? host.running() : List.of(host.chosen(name));
    if (names.isEmpty()) {
      throw host.nothingRuns();
    }
    StatusTable table = new StatusTable(host.terminal(), Instant.now());
    return names.stream().map(each -> table.render(status(each))).collect(Collectors.joining("\n"));
  }

  private GatewayStatus status(String each) {
    try {
      return new AdminClient(host.adminSocket(each)).status();
    } catch (IOException e) {
      throw new CommandFailure(each + " does not answer: " + e.getMessage(), e);
    }
  }

  private static String statusJson(AdminClient client) {
    try {
      return client.statusJson();
    } catch (IOException e) {
      throw new CommandFailure("the gateway does not answer: " + e.getMessage(), e);
    }
  }
}
