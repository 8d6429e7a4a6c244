package io.taltun.daemon.cli;

import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.gateway.GatewayStartException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The program with gateways that carry nothing, for a process of its own: FOLDER ARGUMENTS. */
final class FakeTaltun {
  private FakeTaltun() {}

  public static void main(String[] words) {
    Path folder = Path.of(words[0]);
    String[] arguments = Arrays.copyOfRange(words, 1, words.length);
    Host host =
        new Host(
            folder.resolve("etc/peers.yaml"),
            folder.resolve("run"),
            folder.resolve("wg"),
            config -> {
              if (config.iface().listenPort() == 1) {
                throw new GatewayStartException("port 1 is not for us");
              }
              FakeGateway gateway = new FakeGateway(config.iface().name());
              gateway.failure = System.getenv("FAKE_FAILURE");
              return gateway;
            },
            CommandRun.ROOT,
            SelfCommand.of(arguments.length),
            System.in,
            Terminal.NONE);
    System.exit(
        Taltun.commandLine(host, arguments)
            .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
            .execute(arguments));
  }
}
