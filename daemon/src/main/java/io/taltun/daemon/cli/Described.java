package io.taltun.daemon.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What the command model says to those who use a command: nothing of what is hidden. */
final class Described {
  private Described() {}

  static List<CommandSpec> subcommands(CommandSpec command) {
    return command.subcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .filter(subcommand -> !subcommand.usageMessage().hidden())
        .distinct()
        .toList();
  }

  static List<OptionSpec> options(CommandSpec command) {
    return command.options().stream().filter(option -> !option.hidden()).toList();
  }

  static List<PositionalParamSpec> parameters(CommandSpec command) {
    return command.positionalParameters().stream().filter(it -> !it.hidden()).toList();
  }

  /** The first sentence or line, without format characters and without its full stop. */
  static String brief(CommandSpec command) {
    return brief(command.usageMessage().description());
  }

  static String brief(ArgSpec argument) {
    return brief(argument.description());
  }

  private static String brief(String[] lines) {
    if (lines.length == 0) {
      return "";
    }
    String line = text(lines[0]);
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }

  /** All of it in one paragraph. */
  static String full(String... lines) {
    List<String> texts = new ArrayList<>();
    for (String line : lines) {
      texts.add(text(line));
    }
    return String.join(" ", texts);
  }

  private static String text(String line) {
    return line.replace("%n", " ").replace("%%", "%").strip();
  }

  static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  static boolean takesFile(ArgSpec argument) {
    return argument.type() == Path.class || argument.type() == File.class;
  }

  /** The words that an argument may be, or none for anything. */
  static List<String> words(ArgSpec argument) {
    List<String> words = new ArrayList<>();
    if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(word -> words.add(word.toLowerCase(Locale.ROOT)));
    }
    return words;
  }
}
