package io.taltun.daemon.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = "Print a shell's completion script: source <(taltun completion bash).")
final class Completion implements Callable<Integer> {
  enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "bash|zsh|fish",
      arity = "0..1",
      defaultValue = "bash",
      description = "Default: bash.")
  private Shell shell;

  private final Host host;

  Completion(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    CommandLine taltun = Taltun.commandLine(host);
    String script =
        switch (shell) {
          case BASH -> AutoComplete.bash("taltun", taltun);
          case ZSH -> ZshCompletion.of(taltun.getCommandSpec());
          case FISH -> FishCompletion.of(taltun.getCommandSpec());
        };
    var out = spec.commandLine().getOut();
    out.print(script);
    out.flush();
    return CommandLine.ExitCode.OK;
  }
}
