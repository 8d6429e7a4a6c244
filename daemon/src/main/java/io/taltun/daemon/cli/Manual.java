package io.taltun.daemon.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Spec;

/** The chapter of taltun(8) about the commands, in Markdown, made of the commands as they are. */
@Command(name = "manual", hidden = true, description = "Print the commands' part of the manual.")
final class Manual implements Runnable {
  @Spec private CommandSpec spec;

  private final Host host;

  Manual(Host host) {
    this.host = host;
  }

  @Override
  public void run() {
    var out = spec.commandLine().getOut();
    out.print(chapter(Taltun.commandLine(host).getCommandSpec()));
    out.flush();
  }

  static String chapter(CommandSpec root) {
    StringBuilder text = new StringBuilder("# Commands\n");
    Described.subcommands(root).forEach(command -> describe(command, text));
    text.append("\n# Options of every command\n\n");
    root.options().stream()
        .filter(option -> !option.hidden())
        .forEach(option -> describe(option, String.join(", ", option.names()), text));
    return text.toString();
  }

  private static void describe(CommandSpec command, StringBuilder text) {
    List<CommandSpec> subcommands = Described.subcommands(command);
    if (subcommands.isEmpty()) {
      text.append("\n## `").append(synopsis(command)).append("`\n\n");
      text.append(Described.full(command.usageMessage().description())).append("\n\n");
      for (PositionalParamSpec parameter : Described.parameters(command)) {
        describe(parameter, parameter.paramLabel(), text);
      }
      for (OptionSpec option : own(command)) {
        String names = String.join(", ", option.names());
        String value = Described.takesValue(option) ? " " + option.paramLabel() : "";
        describe(option, names + value, text);
      }
    }
    subcommands.forEach(subcommand -> describe(subcommand, text));
  }

  /** Those that not every command has. */
  private static List<OptionSpec> own(CommandSpec command) {
    CommandSpec root = command.root();
    return Described.options(command).stream()
        .filter(option -> root.findOption(option.longestName()) == null)
        .toList();
  }

  private static String synopsis(CommandSpec command) {
    String options =
        own(command).stream()
            .map(
                option ->
                    " ["
                        + option.longestName()
                        + (Described.takesValue(option) ? " " + option.paramLabel() : "")
                        + "]")
            .collect(Collectors.joining());
    String parameters =
        Described.parameters(command).stream()
            .map(it -> it.required() ? " " + it.paramLabel() : " [" + it.paramLabel() + "]")
            .collect(Collectors.joining());
    return command.qualifiedName() + options + parameters;
  }

  private static void describe(ArgSpec argument, String name, StringBuilder text) {
    text.append("- `").append(name).append("`: ");
    text.append(Described.full(argument.description())).append('\n');
  }
}
