package io.taltun.daemon.cli;

import io.taltun.daemon.gateway.GatewayFactory;
import io.taltun.daemon.gateway.GatewayStartException;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * One command run in this process.
 *
 * @param exitCode of the command
 * @param out all of standard output
 * @param err all of standard error
 */
record CommandRun(int exitCode, String out, String err) {
  static final Privileges ROOT = new Privileges(true, true);
  static final Privileges USER = new Privileges(false, false);

  private static final GatewayFactory NO_GATEWAYS =
      config -> {
        throw new GatewayStartException("cannot start " + config.iface().name() + " in a test");
      };

  /** Everything that the commands look for is under {@code folder}. */
  static Host host(Path folder, Privileges privileges, String input) {
    return new Host(
        folder.resolve("etc/peers.yaml"),
        folder.resolve("run"),
        folder.resolve("wg"),
        NO_GATEWAYS,
        privileges,
        List.of(),
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        Terminal.NONE);
  }

  static CommandRun of(Host host, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Taltun.commandLine(host, arguments)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }
}
