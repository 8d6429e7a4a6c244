package io.taltun.daemon.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = "Print the completion script for bash: source <(taltun completion).")
final class Completion implements Runnable {
  @Spec private CommandSpec spec;

  private final Host host;

  Completion(Host host) {
    this.host = host;
  }

  @Override
  public void run() {
    var out = spec.commandLine().getOut();
    out.print(AutoComplete.bash("taltun", Taltun.commandLine(host)));
    out.flush();
  }
}
