package io.taltun.daemon.cli;

import io.taltun.config.ConfigError;
import io.taltun.config.ConfigResult;
import io.taltun.config.PeersYaml;
import io.taltun.config.TaltunConfig;
import io.taltun.config.WgQuick;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "import", description = "Turn a wg-quick file into a peers.yaml.")
final class Import implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE.conf", description = "What wg-quick would read.")
  private Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "A new file to write (mode 0600); default: standard output.")
  private Path output;

  @Override
  public Integer call() throws IOException {
    CommandLine command = spec.commandLine();
    ConfigResult result = WgQuick.read(file);
    TaltunConfig config = Configurations.require(result, command.getErr());
    var warnings =
        result instanceof ConfigResult.Valid valid ? valid.warnings() : List.<ConfigError>of();
    String yaml = PeersYaml.write(config, warnings);
    Configurations.eraseKeys(config);
    if (output == null) {
      command.getOut().print(yaml);
      command.getOut().flush();
    } else {
      SecretFile.create(output, yaml);
      command.getErr().println("wrote " + output + "; start it with 'taltun up -c " + output + "'");
    }
    return CommandLine.ExitCode.OK;
  }
}
