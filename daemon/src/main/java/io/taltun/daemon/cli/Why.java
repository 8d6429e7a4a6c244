package io.taltun.daemon.cli;

import io.taltun.config.IpPrefix;
import io.taltun.daemon.admin.AdminClient;
import io.taltun.daemon.why.Explanation;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "why",
    description = "Explain what becomes of packets to an address, and what to do about it.")
final class Why implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ADDRESS", description = "IPv4 or IPv6.")
  private String address;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "The gateway's device; not needed when only one runs.")
  private String name;

  @Option(names = "--json", description = "One JSON object, as the admin socket gives it.")
  private boolean json;

  private final Host host;

  Why(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    InetAddress parsed = parse();
    String chosen = host.chosen(name);
    PrintWriter out = spec.commandLine().getOut();
    try {
      Explanation explanation = new AdminClient(host.adminSocket(chosen)).why(parsed);
      out.print(
          json
              ? AdminClient.json(explanation) + "\n"
              : ExplanationText.of(explanation, host.terminal()));
      out.flush();
    } catch (IOException e) {
      throw new CommandFailure(chosen + " does not answer: " + e.getMessage(), e);
    }
    return CommandLine.ExitCode.OK;
  }

  private InetAddress parse() {
    try {
      if (address.indexOf('/') < 0) {
        return IpPrefix.parse(address).address();
      }
    } catch (IllegalArgumentException notAnAddress) {
      // Said below, for prefixes and for names alike.
    }
    throw new ParameterException(
        spec.commandLine(), "'" + address + "' is not an IPv4 or IPv6 address");
  }
}
