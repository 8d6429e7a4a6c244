package io.taltun.daemon.cli;

import io.taltun.daemon.unix.SocketFile;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs this program again as a process that outlives this one. */
final class Background {
  private static final int MOST_LOG_BYTES = 64 << 10;
  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private final Host host;
  private final String name;
  private final Path log;

  Background(Host host, String name, Path log) {
    this.host = host;
    this.name = name;
    this.log = log;
  }

  /**
   * Returns when the gateway answers; a child that fails hands its words and exit code on.
   *
   * @param arguments of the command that brings the gateway up in the foreground
   */
  void start(List<String> arguments) throws IOException, InterruptedException {
    host.requireNotRunning(name);
    run(arguments, Arrival.atFirst(host.adminSocket(name)));
  }

  /** The same beside the process that answers until then: the new one has another socket. */
  void takeOver(List<String> arguments) throws IOException, InterruptedException {
    run(arguments, Arrival.inPlaceOfAnother(host.adminSocket(name)));
  }

  private void run(List<String> arguments, Arrival arrival)
      throws IOException, InterruptedException {
    if (host.selfCommand().isEmpty()) {
      throw new CommandFailure("/proc is not readable; use systemd or run it in the foreground");
    }
    SocketFile.makeFolder(host.runFolder());
    try {
      SecretFile.create(log, "");
    } catch (FileAlreadyExistsException appendedTo) {
      // The log of the runs before.
    }
    long logStart = Files.size(log);
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      command.add(SETSID.toString()); // a session of its own: the terminal's end is not its end
    }
    command.addAll(host.selfCommand());
    command.addAll(arguments);
    Process child =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Arrival.End end = arrival.await(() -> child.waitFor(Arrival.POLL_MS, TimeUnit.MILLISECONDS));
    if (end == Arrival.End.PROCESS_ENDED) {
      throw CommandFailure.ofChild(
          lastWords(logStart, "taltun " + arguments.getFirst() + ": "),
          Math.max(1, child.exitValue()));
    }
    if (end == Arrival.End.TOO_LATE) {
      child.destroy();
      throw new CommandFailure(name + " was not up after 30 s and was ended; see " + log);
    }
  }

  /** The child's last line, which is its error. */
  private String lastWords(long logStart, String errorPrefix) throws IOException {
    byte[] tail;
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.max(logStart, file.length() - MOST_LOG_BYTES);
      tail = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(tail);
    }
    return new String(tail, StandardCharsets.UTF_8)
        .lines()
        .reduce((first, second) -> second)
        .map(line -> line.startsWith(errorPrefix) ? line.substring(errorPrefix.length()) : line)
        .orElse("the gateway ended without a word; see " + log);
  }
}
