package io.taltun.daemon.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completion script for fish, complete(1) there, made of the commands as they are. */
final class FishCompletion {
  private final String program;
  private final StringBuilder script = new StringBuilder();

  private FishCompletion(String program) {
    this.program = program;
  }

  static String of(CommandSpec root) {
    FishCompletion completion = new FishCompletion(root.name());
    completion.script.append("complete -c ").append(root.name()).append(" -f\n");
    completion.add(root, "__fish_use_subcommand");
    return completion.script.toString();
  }

  /**
   * @param when fish's condition under which the command is the one being typed
   */
  private void add(CommandSpec command, String when) {
    for (OptionSpec option : Described.options(command)) {
      line(when, option(option) + description(Described.brief(option)));
    }
    for (PositionalParamSpec parameter : Described.parameters(command)) {
      if (Described.takesFile(parameter)) {
        line(when, " -F");
      }
      for (String word : Described.words(parameter)) {
        line(when, " -a " + quoted(word));
      }
    }
    boolean top = command.parent() == null;
    StringBuilder siblings = new StringBuilder();
    Described.subcommands(command).forEach(it -> siblings.append(' ').append(it.name()));
    for (CommandSpec subcommand : Described.subcommands(command)) {
      String here = top ? when : when + "; and not __fish_seen_subcommand_from" + siblings;
      line(here, " -a " + quoted(subcommand.name()) + description(Described.brief(subcommand)));
      String seen = "__fish_seen_subcommand_from " + subcommand.name();
      add(subcommand, top ? seen : when + "; and " + seen);
    }
  }

  private static String option(OptionSpec option) {
    StringBuilder words = new StringBuilder();
    for (String name : option.names()) {
      words.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (Described.takesValue(option)) {
      words.append(" -r");
      if (Described.takesFile(option)) {
        words.append(" -F");
      }
      if (!Described.words(option).isEmpty()) {
        words.append(" -a ").append(quoted(String.join(" ", Described.words(option))));
      }
    }
    return words.toString();
  }

  private static String description(String text) {
    return text.isEmpty() ? "" : " -d " + quoted(text);
  }

  private void line(String when, String words) {
    script.append("complete -c ").append(program).append(" -n ").append(quoted(when));
    script.append(words).append('\n');
  }

  /** Inside single quotes fish knows two escapes. */
  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
