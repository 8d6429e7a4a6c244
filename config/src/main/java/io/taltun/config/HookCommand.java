package io.taltun.config;

import java.util.List;

/**
 * A command of the section {@code hooks}.
 *
 * @param arguments the program first; of a shell's command, its text alone
 * @param shell whether {@code /bin/sh} reads it
 */
public record HookCommand(List<String> arguments, boolean shell) {
  /** Copies the list. */
  public HookCommand {
    arguments = List.copyOf(arguments);
    if (arguments.isEmpty() || arguments.getFirst().isEmpty()) {
      throw new IllegalArgumentException("a command has a program");
    }
  }

  /** A text that {@code /bin/sh} reads. */
  static HookCommand ofShell(String text) {
    return new HookCommand(List.of(text), true);
  }

  /** What to start. */
  public List<String> commandLine() {
    return shell ? List.of("/bin/sh", "-c", arguments.getFirst()) : arguments;
  }
}
