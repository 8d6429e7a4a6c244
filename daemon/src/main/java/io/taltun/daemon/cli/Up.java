package io.taltun.daemon.cli;

import io.taltun.config.ConfigReader;
import io.taltun.config.PeersYaml;
import io.taltun.config.TaltunConfig;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.log.LogStyle;
import io.taltun.daemon.log.Logs;
import io.taltun.daemon.systemd.ServiceManager;
import io.taltun.daemon.unix.SocketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "up", description = "Bring a gateway up and stay until it is stopped.")
final class Up implements Callable<Integer> {
  enum LogFormat {
    TEXT,
    JSON
  }

  private static final Path DEFAULT_STATE = Path.of("/var/lib/taltun");

  @Spec private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Default: /etc/taltun/peers.yaml, written with a fresh key when it is missing.")
  private Path file;

  @Option(names = "--daemon", description = "Return when the tunnel is up; it stays up.")
  private boolean daemon;

  @Option(
      names = "--takeover",
      description = {
        "Go on in the place of the process that runs this gateway, which ends:",
        "no packet is lost and no session begins anew."
      })
  private boolean takeover;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "With --daemon: where the log goes; default: /run/taltun/NAME.log.")
  private Path log;

  @Option(
      names = "--state-dir",
      paramLabel = "FOLDER",
      description =
          "Where NAME.state keeps what is learned of peers;"
              + " default: $STATE_DIRECTORY, or /var/lib/taltun.")
  private Path stateFolder;

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "The form of log lines, default: text (journald's where stderr is journald).")
  private LogFormat logFormat;

  @Option(names = "--until-stdin-closes", hidden = true)
  private boolean untilStdinCloses;

  private final Host host;
  private final Taltun root;

  Up(Host host, Taltun root) {
    this.host = host;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandLine command = spec.commandLine();
    if (log != null && !daemon) {
      throw new ParameterException(command, "--log goes with --daemon");
    }
    host.privileges().requireNetworkAdmin();
    Path read = file == null ? host.configFile() : file;
    if (file == null && Files.notExists(read)) {
      writeStarter(read);
      return CommandLine.ExitCode.OK;
    }
    TaltunConfig config = Configurations.require(ConfigReader.read(read), command.getErr());
    try {
      if (takeover) {
        host.requireTakeoverPossible(config.iface().name());
      }
      if (takeover && !ServiceManager.ofThisProcess().isPresent() && passedOn(config, read)) {
        return CommandLine.ExitCode.OK;
      }
      if (daemon) {
        detach(config, read);
      } else {
        LogStyle style =
            logFormat == LogFormat.JSON
                ? LogStyle.JSON
                : Logs.stderrIsJournal() ? LogStyle.JOURNAL : LogStyle.TEXT;
        Logs.configure(
            style, root.debug() ? Level.FINE : Level.INFO, root.debug(), config.iface().name());
        Foreground.configured(host, config, stateFolder(), takeover, successorCommand())
            .run(untilStdinCloses);
      }
    } finally {
      Configurations.eraseKeys(config);
    }
    return CommandLine.ExitCode.OK;
  }

  /** Whether the gateway's service has taken it over, at our request. */
  private boolean passedOn(TaltunConfig config, Path read)
      throws IOException, InterruptedException {
    String name = config.iface().name();
    OptionalLong pid = new ServiceTakeover(host, name).run(read);
    pid.ifPresent(
        it ->
            spec.commandLine()
                .getOut()
                .println(name + " goes on in process " + it + ", as the same service"));
    return pid.isPresent();
  }

  /** This very command, for the place of this process; empty when it cannot be told. */
  private List<String> successorCommand() {
    if (host.selfCommand().isEmpty()) {
      return List.of();
    }
    List<String> command = new ArrayList<>(host.selfCommand());
    command.addAll(spec.root().commandLine().getParseResult().originalArgs());
    if (!takeover) {
      command.add("--takeover");
    }
    return command;
  }

  private void detach(TaltunConfig config, Path read) throws IOException, InterruptedException {
    String name = config.iface().name();
    Path logFile = log == null ? host.runFolder().resolve(name + ".log") : log.toAbsolutePath();
    Background background = new Background(host, name, logFile);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("up", "-c", read.toAbsolutePath().toString(), "--log-format"));
    arguments.add(logFormat.name().toLowerCase(Locale.ROOT));
    arguments.addAll(List.of("--state-dir", stateFolder().toAbsolutePath().toString()));
    if (root.debug()) {
      arguments.add("--debug");
    }
    if (takeover) {
      arguments.add("--takeover");
      background.takeOver(arguments);
    } else {
      background.start(arguments);
    }
    spec.commandLine()
        .getOut()
        .println(
            "%s is up; its log is %s, 'taltun down %s' stops it".formatted(name, logFile, name));
  }

  /** An option before what systemd says (systemd.exec(5), StateDirectory=) before the default. */
  private Path stateFolder() {
    if (stateFolder != null) {
      return stateFolder;
    }
    String ofUnit = System.getenv("STATE_DIRECTORY");
    return ofUnit == null || ofUnit.isEmpty() ? DEFAULT_STATE : Path.of(ofUnit.split(":")[0]);
  }

  private void writeStarter(Path target) throws IOException {
    SocketFile.makeFolder(target.toAbsolutePath().getParent());
    try (PrivateKey key = PrivateKey.generate(new SecureRandom())) {
      SecretFile.create(target, PeersYaml.starter(key));
      String publicKey = key.publicKey(Primitives.best().x25519()).toBase64();
      spec.commandLine()
          .getOut()
          .println(
              ("wrote %s with a fresh key (public key %s);"
                      + " add clients with 'taltun peer add NAME', then run 'taltun up' again")
                  .formatted(target, publicKey));
    }
  }
}
