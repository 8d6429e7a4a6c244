package io.taltun.daemon.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "peer",
    description = "Add, remove and list the peers in a gateway's file.",
    synopsisSubcommandLabel = "COMMAND")
final class Peer implements Runnable {
  @Spec private CommandSpec spec;

  private Peer() {}

  /** With its own commands. */
  static CommandLine commandLine(Host host) {
    return new CommandLine(new Peer())
        .addSubcommand(new PeerAdd(host))
        .addSubcommand(new PeerRemove(host))
        .addSubcommand(new PeerList(host));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }
}
