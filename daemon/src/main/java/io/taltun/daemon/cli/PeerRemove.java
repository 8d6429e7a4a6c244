package io.taltun.daemon.cli;

import io.taltun.config.NearestKey;
import io.taltun.config.PeerConfig;
import io.taltun.config.PeersEdit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "remove",
    description = "Take a peer out of the file, and out of the gateway when it runs.")
final class PeerRemove implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "As 'taltun peer list' shows it.")
  private String name;

  @Mixin private ConfigFileOption file;

  private final Host host;

  PeerRemove(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine command = spec.commandLine();
    try (PeersFile peersFile = PeersFile.open(host, file.path(host), command.getErr())) {
      List<PeerConfig> peers = peersFile.config().peers();
      int index = index(peers, peersFile.path());
      PeersEdit edit = new PeersEdit();
      String outcome =
          peersFile.change(
              text -> edit.remove(text, peersFile.config(), index),
              peers.get(index).publicKey().toBase64(),
              false);
      command.getOut().println("removed %s from %s; %s".formatted(name, peersFile.path(), outcome));
    }
    return CommandLine.ExitCode.OK;
  }

  private int index(List<PeerConfig> peers, Path path) {
    List<String> names = peers.stream().map(PeerConfig::name).toList();
    int index = names.indexOf(name);
    if (index < 0) {
      String near =
          NearestKey.of(name, names)
              .map(it -> "did you mean '" + it + "'")
              .orElse("'taltun peer list' shows what there is");
      throw CommandFailure.usage("there is no peer '%s' in %s; %s".formatted(name, path, near));
    }
    return index;
  }
}
