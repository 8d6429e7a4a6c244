package io.taltun.daemon.cli;

import io.taltun.config.PeerConfig;
import io.taltun.config.PeersEdit;
import io.taltun.daemon.onboard.QrCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "add",
    description = {
      "Add a client to the file, and to the gateway when it runs.",
      "Prints the client's own configuration, the only place where its private key is."
    })
final class PeerAdd implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "What the client is called here.")
  private String name;

  @Mixin private ConfigFileOption file;

  @Option(names = "--conf", description = "Print wg-quick's format; the default.")
  private boolean conf;

  @Option(names = "--qr", description = "Print a QR code for the WireGuard app of a phone.")
  private boolean qr;

  @Mixin private NewClientOptions options;

  private final Host host;

  PeerAdd(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine command = spec.commandLine();
    name = argument("NAME", name, PeerConfig::parseName);
    if (qr && options.publicKey != null) {
      throw new ParameterException(
          command, "--qr needs the private key, which only the client has with --public-key");
    }
    try (PeersFile peersFile = PeersFile.open(host, file.path(host), command.getErr());
        NewClient client = options.client(name, peersFile, this::argument)) {
      String text = client.config().toWgQuick();
      String code = qr ? code(text) : null;
      PeersEdit edit = new PeersEdit();
      String outcome =
          peersFile.change(
              before -> edit.add(before, peersFile.config(), client.peer()),
              client.peer().publicKey().toBase64(),
              true);
      PrintWriter err = command.getErr();
      client.warning().ifPresent(warning -> err.println("warning: " + warning));
      err.println(
          "added %s to %s with %s; %s"
              .formatted(name, peersFile.path(), client.addresses(), outcome));
      if (client.config().privateKey() != null) {
        err.println("the private key is in what follows and nowhere else: keep it, or hand it on");
      }
      err.flush();
      print(text, code);
    }
    return CommandLine.ExitCode.OK;
  }

  private String code(String text) {
    try {
      return QrCode.render(text, host.terminal().colours());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          "the configuration is too long for a QR code; print it with --conf", e);
    }
  }

  private void print(String text, String code) {
    PrintWriter out = spec.commandLine().getOut();
    if (code == null || conf) {
      out.print(text);
      out.flush();
    }
    if (code != null) {
      // Where the locale knows no blocks the terminal mostly does, and nothing else would be a
      // code.
      PrintWriter blocks =
          host.terminal().unicode()
              ? out
              : new PrintWriter(System.out, false, StandardCharsets.UTF_8);
      blocks.print(code);
      blocks.flush();
    }
  }

  /** The value of an option, or the end of the command. */
  private <T> T argument(String option, String text, Function<String, T> parser) {
    try {
      return parser.apply(text.strip());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
    }
  }
}
