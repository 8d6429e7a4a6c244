package io.taltun.daemon.cli;

import io.taltun.daemon.cli.demo.Demo;
import io.taltun.daemon.gateway.GatewayFactory;
import io.taltun.daemon.gateway.GatewayStarter;
import io.taltun.daemon.log.LogStyle;
import io.taltun.daemon.log.Logs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.logging.Level;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program. */
@Command(
    name = "taltun",
    description = "A VPN gateway that speaks WireGuard.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed while running", "2:wrong usage or configuration"})
public final class Taltun implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces and more events.")
  private boolean debug;

  boolean debug() {
    return debug;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }

  static CommandLine commandLine(Host host) {
    Taltun root = new Taltun();
    Failures failures = new Failures(root);
    return new CommandLine(root)
        .addSubcommand(
            new Demo(
                host.selfCommand(),
                host.privileges()::requireNetworkAdmin,
                host.terminal(),
                root::debug))
        .addSubcommand(new Up(host, root))
        .addSubcommand(new Down(host))
        .addSubcommand(new Status(host))
        .addSubcommand(new Check(host))
        .addSubcommand(new GenKey())
        .addSubcommand(new GenPsk())
        .addSubcommand(new PubKey(host))
        .addSubcommand(new Import())
        .addSubcommand(new Export(host))
        .addSubcommand(new Completion())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(host.terminal().colours() ? Ansi.ON : Ansi.OFF))
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments, new GatewayStarter()));
  }

  static int run(String[] arguments, GatewayFactory gateways) {
    Logs.configure(LogStyle.TEXT, Level.WARNING, false);
    Host host =
        new Host(
            Path.of("/etc/taltun/peers.yaml"),
            Path.of("/run/taltun"),
            Path.of("/run/wireguard"),
            gateways,
            Privileges.ofThisProcess(),
            SelfCommand.of(arguments.length),
            System.in,
            Terminal.ofThisProcess());
    return commandLine(host)
        .setOut(new PrintWriter(System.out, true, Terminal.charset()))
        .setErr(new PrintWriter(System.err, true, Terminal.charset()))
        .execute(arguments);
  }
}
