package io.taltun.daemon.cli;

import io.taltun.daemon.cli.demo.Demo;
import io.taltun.daemon.gateway.GatewayFactory;
import io.taltun.daemon.gateway.GatewayStarter;
import io.taltun.daemon.log.LogStyle;
import io.taltun.daemon.log.Logs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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

  /**
   * What understands the arguments. Where they begin with a command only that one is described to
   * picocli, which reads annotations for 5 ms a command.
   */
  static CommandLine commandLine(Host host, String... arguments) {
    Taltun root = new Taltun();
    Failures failures = new Failures(root);
    CommandLine line = new CommandLine(root);
    Map<String, Supplier<Object>> commands = commands(host, root);
    Supplier<Object> named = arguments.length == 0 ? null : commands.get(arguments[0]);
    if (named != null) {
      line.addSubcommand(named.get());
    } else {
      commands.values().forEach(command -> line.addSubcommand(command.get()));
    }
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(host.terminal().colours() ? Ansi.ON : Ansi.OFF))
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }

  /** By the names in their annotations, in the order of the usage text. */
  private static Map<String, Supplier<Object>> commands(Host host, Taltun root) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put(
        "demo",
        () ->
            new Demo(
                host.selfCommand(),
                host.privileges()::requireNetworkAdmin,
                host.terminal(),
                root::debug));
    commands.put("up", () -> new Up(host, root));
    commands.put("down", () -> new Down(host));
    commands.put("reload", () -> new Reload(host));
    commands.put("status", () -> new Status(host));
    commands.put("why", () -> new Why(host));
    commands.put("peer", () -> Peer.commandLine(host));
    commands.put("wg", () -> new Wg(host, root));
    commands.put("check", () -> new Check(host));
    commands.put("genkey", GenKey::new);
    commands.put("genpsk", GenPsk::new);
    commands.put("pubkey", () -> new PubKey(host));
    commands.put("import", Import::new);
    commands.put("export", () -> new Export(host));
    commands.put("completion", () -> new Completion(host));
    commands.put("manual", () -> new Manual(host));
    commands.put("warm-up", () -> new WarmUp(host));
    return commands;
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments, new GatewayStarter()));
  }

  static int run(String[] arguments, GatewayFactory gateways) {
    Logs.configure(LogStyle.TEXT, Level.WARNING, false);
    if (staysUp(arguments)) {
      gateways.prepare(); // on another CPU than the command line and the configuration
    }
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
    return commandLine(host, arguments)
        .setOut(new PrintWriter(System.out, true, Terminal.charset()))
        .setErr(new PrintWriter(System.err, true, Terminal.charset()))
        .execute(arguments);
  }

  private static boolean staysUp(String[] arguments) {
    List<String> words = List.of(arguments);
    return !words.isEmpty() && words.getFirst().equals("up") && !words.contains("--daemon");
  }
}
