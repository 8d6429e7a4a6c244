package io.taltun.daemon.cli;

import io.taltun.daemon.admin.AdminClient;
import io.taltun.daemon.gateway.ReconfigureException;
import io.taltun.daemon.reload.ReloadAnswer;
import io.taltun.daemon.reload.ReloadRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "reload", description = "Have a running gateway read its configuration again.")
final class Reload implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The gateway's device; not needed when only one runs.")
  private String name;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Another file, which is the gateway's from then on; default: the one it has.")
  private Path file;

  @Option(names = "--dry-run", description = "Only show what would change.")
  private boolean dryRun;

  private final Host host;

  Reload(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    String chosen = host.chosen(name);
    String read = file == null ? null : file.toAbsolutePath().toString();
    try {
      AdminClient client = new AdminClient(host.adminSocket(chosen));
      print(client.reload(new ReloadRequest(read, dryRun)), command.getOut(), command.getErr());
      return CommandLine.ExitCode.OK;
    } catch (ReconfigureException e) {
      e.places().forEach(command.getErr()::println);
      throw e.isInvalid()
          ? CommandFailure.usage(e.getMessage())
          : new CommandFailure(e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandFailure(chosen + " does not answer: " + e.getMessage(), e);
    }
  }

  private static void print(ReloadAnswer answer, PrintWriter out, PrintWriter err) {
    answer.warnings().forEach(warning -> err.println("warning: " + warning));
    answer.changes().forEach(out::println);
    answer
        .restart()
        .forEach(setting -> err.println("needs a restart of " + answer.name() + ": " + setting));
    if (answer.changes().isEmpty()) {
      out.println(answer.name() + ": nothing to change");
    } else {
      out.println(answer.name() + (answer.dryRun() ? " would be reloaded" : " is reloaded"));
    }
  }
}
