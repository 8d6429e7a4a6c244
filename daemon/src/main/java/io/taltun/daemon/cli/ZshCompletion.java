package io.taltun.daemon.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The completion script for zsh, a function for each command around _arguments (zshcompsys(1)),
 * made of the commands as they are.
 */
final class ZshCompletion {
  private final StringBuilder script = new StringBuilder();

  private ZshCompletion() {}

  /** A file {@code _taltun} for a folder in {@code fpath}; it may be sourced too. */
  static String of(CommandSpec root) {
    ZshCompletion completion = new ZshCompletion();
    String function = "_" + root.name();
    completion.script.append("#compdef ").append(root.name()).append("\n\n");
    completion.add(root, function);
    completion
        .script
        .append("if [ \"$funcstack[1]\" = ")
        .append(function)
        .append(" ]; then\n  ")
        .append(function)
        .append(" \"$@\"\nelse\n  compdef ")
        .append(function)
        .append(' ')
        .append(root.name())
        .append("\nfi\n");
    return completion.script.toString();
  }

  private void add(CommandSpec command, String function) {
    List<CommandSpec> subcommands = Described.subcommands(command);
    subcommands.forEach(it -> add(it, function + "_" + it.name().replace('-', '_')));
    List<String> arguments = new ArrayList<>();
    for (OptionSpec option : Described.options(command)) {
      for (String name : option.names()) {
        arguments.add(quoted(option(option, name)));
      }
    }
    for (PositionalParamSpec parameter : Described.parameters(command)) {
      arguments.add(quoted(":" + escaped(parameter.paramLabel()) + ":" + action(parameter)));
    }
    script.append(function).append("() {\n");
    if (subcommands.isEmpty()) {
      arguments(arguments, "  _arguments -S -s");
    } else {
      addChoice(function, subcommands, arguments);
    }
    script.append("}\n\n");
  }

  private void addChoice(String function, List<CommandSpec> subcommands, List<String> arguments) {
    arguments.add("'1: :->command'");
    arguments.add("'*:: :->rest'");
    script.append("  local curcontext=$curcontext state line\n  local -a commands\n");
    script.append("  commands=(\n");
    for (CommandSpec it : subcommands) {
      String said = it.name() + ":" + Described.brief(it).replace(":", "\\:");
      script.append("    ").append(quoted(said)).append('\n');
    }
    script.append("  )\n");
    arguments(arguments, "  _arguments -C -S -s");
    script.append("  case $state in\n    command) _describe command commands ;;\n");
    script.append("    rest)\n      case $words[1] in\n");
    for (CommandSpec it : subcommands) {
      script.append("        ").append(it.name()).append(") ").append(function).append('_');
      script.append(it.name().replace('-', '_')).append(" ;;\n");
    }
    script.append("      esac\n      ;;\n  esac\n");
  }

  private void arguments(List<String> arguments, String call) {
    script.append(call);
    arguments.forEach(argument -> script.append(" \\\n    ").append(argument));
    script.append('\n');
  }

  private static String option(OptionSpec option, String name) {
    String text = name + "[" + escaped(Described.brief(option)) + "]";
    if (!Described.takesValue(option)) {
      return text;
    }
    return text + ":" + escaped(option.paramLabel()) + ":" + action(option);
  }

  private static String action(ArgSpec argument) {
    if (Described.takesFile(argument)) {
      return "_files";
    }
    List<String> words = Described.words(argument);
    return words.isEmpty() ? " " : "(" + String.join(" ", words) + ")";
  }

  private static String escaped(String text) {
    return text.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
