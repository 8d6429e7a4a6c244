package io.taltun.daemon.hook;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a command: started with some variables more than we have, without standard input, and
 * ended with its children when its time is over. Blocks; any thread.
 */
final class HookRun {
  private static final int MOST_OUTPUT_BYTES = 2048;
  private static final long DRAINED_WITHIN_MS = 500;

  /** What systemd gave to us, and not to our commands. */
  private static final List<String> OURS =
      List.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID");

  /**
   * How it ended.
   *
   * @param failure what went wrong, or null
   * @param output the beginning of what it wrote, on one line
   */
  record Outcome(String failure, String output) {
    boolean ok() {
      return failure == null;
    }

    @Override
    public String toString() {
      String words = failure == null ? "done" : failure;
      return output.isEmpty() ? words : words + ": " + output;
    }
  }

  private HookRun() {}

  static Outcome run(List<String> command, Map<String, String> variables, Duration timeout)
      throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.environment().keySet().removeAll(OURS);
    builder.environment().putAll(variables);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Outcome("cannot be started: " + e.getMessage(), "");
    }
    Output output = new Output(process.getInputStream());
    Thread reader = Thread.ofVirtual().name("taltun-hook-output").start(output);
    boolean inTime = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (!inTime) {
      kill(process);
      process.waitFor();
    }
    // What it left behind in the background may hold its output open for ever, and is let be.
    reader.join(Duration.ofMillis(DRAINED_WITHIN_MS));
    if (!inTime) {
      return new Outcome("ended after " + timeout.toSeconds() + " s", output.text());
    }
    int status = process.exitValue();
    return new Outcome(status == 0 ? null : "exit status " + status, output.text());
  }

  /** The parent first, so that it starts no more; those that it has are known before. */
  private static void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    for (ProcessHandle child : children) {
      List<ProcessHandle> later = child.descendants().toList();
      child.destroyForcibly();
      later.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Reads to the end and keeps the beginning, so that a talkative command is not held up. */
  private static final class Output implements Runnable {
    private final InputStream from;

    // Guarded by this.
    private final byte[] kept = new byte[MOST_OUTPUT_BYTES];
    private int length;

    Output(InputStream from) {
      this.from = from;
    }

    @Override
    public void run() {
      byte[] buffer = new byte[1024];
      try (from) {
        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
          keep(buffer, read);
        }
      } catch (IOException closed) {
        // With the process: what was read is what there is.
      }
    }

    private synchronized void keep(byte[] buffer, int read) {
      int more = Math.min(read, kept.length - length);
      System.arraycopy(buffer, 0, kept, length, more);
      length += more;
    }

    synchronized String text() {
      return new String(kept, 0, length, StandardCharsets.UTF_8)
          .strip()
          .replaceAll("\\s*\\R\\s*", " | ");
    }
  }
}
