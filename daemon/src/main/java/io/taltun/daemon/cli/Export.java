package io.taltun.daemon.cli;

import io.taltun.config.ConfigReader;
import io.taltun.config.TaltunConfig;
import io.taltun.config.WgQuick;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "export", description = "Turn a peers.yaml into a wg-quick file.")
final class Export implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFileOption file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE.conf",
      description = "A new file to write (mode 0600); default: standard output.")
  private Path output;

  private final Host host;

  Export(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine command = spec.commandLine();
    Path read = file.path(host);
    TaltunConfig config = Configurations.require(ConfigReader.read(read), command.getErr());
    String conf = WgQuick.write(config);
    Configurations.eraseKeys(config);
    if (output == null) {
      command.getOut().print(conf);
      command.getOut().flush();
    } else {
      SecretFile.create(output, conf);
      command.getErr().println("wrote " + output);
    }
    return CommandLine.ExitCode.OK;
  }
}
