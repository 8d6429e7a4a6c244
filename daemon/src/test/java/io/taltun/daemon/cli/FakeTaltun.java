package io.taltun.daemon.cli;

import io.taltun.config.TaltunConfig;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.GatewayFactory;
import io.taltun.daemon.gateway.GatewayStartException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The program with gateways that carry nothing, for a process of its own: FOLDER ARGUMENTS. */
final class FakeTaltun {
  private FakeTaltun() {}

  /** A port or a device's name makes a gateway fail to start. */
  private static final class FakeGateways implements GatewayFactory {
    @Override
    public Gateway start(TaltunConfig config) throws GatewayStartException {
      if (config.iface().listenPort() == 1) {
        throw new GatewayStartException("port 1 is not for us");
      }
      FakeGateway gateway = new FakeGateway(config.iface().name());
      gateway.config = config;
      return gateway;
    }

    @Override
    public Gateway startBare(String name) throws GatewayStartException {
      if (name.equals("busy0")) {
        throw new GatewayStartException("busy0 is there already");
      }
      return new FakeGateway(name);
    }
  }

  public static void main(String[] words) {
    Path folder = Path.of(words[0]);
    String[] arguments = Arrays.copyOfRange(words, 1, words.length);
    Host host =
        new Host(
            folder.resolve("etc/peers.yaml"),
            folder.resolve("run"),
            folder.resolve("wg"),
            new FakeGateways(),
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
