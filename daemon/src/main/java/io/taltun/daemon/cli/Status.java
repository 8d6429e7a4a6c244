package io.taltun.daemon.cli;

import io.taltun.daemon.admin.AdminClient;
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
  private static final long REDRAW_MS = 1000;

  /** ECMA-48: cursor home, then erase from there to the end. */
  private static final String REDRAW = "\u001b[H\u001b[2J";

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The gateway's device; default: all that run.")
  private String name;

  @Option(names = "--json", description = "One JSON object, as the admin socket gives it.")
  private boolean json;

  @Option(names = "--watch", description = "Show it again every second, until Ctrl-C.")
  private boolean watch;

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
    if (json) {
      out.println(statusJson(new AdminClient(host.adminSocket(host.chosen(name)))));
      return CommandLine.ExitCode.OK;
    }
    out.print(render());
    out.flush();
    while (watch) {
      Thread.sleep(REDRAW_MS);
      out.print((host.terminal().output() ? REDRAW : "\n") + render());
      out.flush();
    }
    return CommandLine.ExitCode.OK;
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
