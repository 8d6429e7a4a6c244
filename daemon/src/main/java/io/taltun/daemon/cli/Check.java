package io.taltun.daemon.cli;

import io.taltun.config.ConfigReader;
import io.taltun.config.TaltunConfig;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "check", description = "Validate a configuration: every error with its place.")
final class Check implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFileOption file;

  private final Host host;

  Check(Host host) {
    this.host = host;
  }

  @Override
  public void run() {
    CommandLine command = spec.commandLine();
    Path checked = file.path(host);
    TaltunConfig config = Configurations.require(ConfigReader.read(checked), command.getErr());
    int peers = config.peers().size();
    command
        .getOut()
        .println(
            "%s is valid: %s with %s"
                .formatted(
                    checked, config.iface().name(), peers == 1 ? "1 peer" : peers + " peers"));
    Configurations.eraseKeys(config);
  }
}
