package io.taltun.daemon.cli;

/** Ends a command; the message is one line that says what to do next. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Failed while running. */
  static final int FAILED = 1;

  /** Wrong usage or configuration. */
  static final int USAGE = 2;

  private final int exitCode;

  private CommandFailure(String message, int exitCode, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Failed while running. */
  public CommandFailure(String message) {
    this(message, FAILED, null);
  }

  /** Failed while running; the cause is for {@code --debug}. */
  public CommandFailure(String message, Throwable cause) {
    this(message, FAILED, cause);
  }

  /** Ends with the exit code of a process that did the work, and its words. */
  static CommandFailure ofChild(String message, int exitCode) {
    return new CommandFailure(message, exitCode, null);
  }

  static CommandFailure usage(String message) {
    return new CommandFailure(message, USAGE, null);
  }

  int exitCode() {
    return exitCode;
  }
}
