package io.taltun.daemon.cli;

import io.taltun.config.NearestKey;
import io.taltun.daemon.log.Traces;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Every failure is one line on stderr. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Taltun root;

  Failures(Taltun root) {
    this.root = root;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + describe(e) + "; try '" + name + " --help'");
    trace(command, e);
    return CommandFailure.USAGE;
  }

  private static String describe(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      return describe(unmatched);
    }
    // Picocli puts the names of missing options on lines of their own.
    return e.getMessage().lines().map(String::strip).collect(Collectors.joining(" "));
  }

  private static String describe(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().getFirst();
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    if (e.isUnknownOption()) {
      return "there is no option '" + argument + "'" + near(argument, spec.optionsMap().keySet());
    }
    if (!spec.subcommands().isEmpty()) {
      return "there is no command '" + argument + "'" + near(argument, spec.subcommands().keySet());
    }
    String file = spec.findOption("-c") == null ? "" : ", a file is named with -c";
    return "there is no place for '" + argument + "'" + file;
  }

  private static String near(String argument, Collection<String> known) {
    return NearestKey.of(argument, known).map(it -> ", did you mean '" + it + "'").orElse("");
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + describe(e));
    trace(command, e);
    return e instanceof CommandFailure failure ? failure.exitCode() : CommandFailure.FAILED;
  }

  private void trace(CommandLine command, Exception e) {
    if (root.debug()) {
      command.getErr().println(Traces.lines(e));
    }
  }

  private static String describe(Exception e) {
    return switch (e) {
      case CommandFailure failure -> failure.getMessage();
      case AccessDeniedException denied ->
          "no permission for " + denied.getFile() + "; run this as root";
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      case FileAlreadyExistsException there ->
          there.getFile() + " exists already; remove it or name another file";
      case IOException io -> io.getMessage();
      default -> Traces.oneLine(e, false) + "; run it again with --debug and report what it prints";
    };
  }
}
