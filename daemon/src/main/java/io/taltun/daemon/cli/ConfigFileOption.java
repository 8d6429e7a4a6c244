package io.taltun.daemon.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The file that a command reads, {@code -c FILE}. */
final class ConfigFileOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Default: /etc/taltun/peers.yaml.")
  private Path file;

  /** The file that was named, or the host's own. */
  Path path(Host host) {
    return file == null ? host.configFile() : file;
  }
}
