package io.taltun.daemon.reload;

import io.taltun.config.ConfigError;
import io.taltun.config.ConfigReader;
import io.taltun.config.ConfigResult;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.gateway.ConfigTarget;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.gateway.ReconfigureException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a running gateway, from its file or otherwise, and logs what came of it. Any thread asks;
 * none waits.
 */
public final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger("reload");

  /** A log that names thousands of peers helps nobody. */
  private static final int MOST_LINES = 20;

  private final Gateway gateway;

  // Written by the thread that makes the changes; read by it, too.
  private volatile Path file;

  /**
   * @param file that the gateway was started from; null for a device that wg configures
   */
  public Reloader(Gateway gateway, Path file) {
    this.gateway = gateway;
    this.file = file;
  }

  /**
   * Reads the file again and applies it.
   *
   * @param other another file, which is the gateway's from then on; null for the one it has
   * @param dryRun only finds out what would change
   * @return always completed; exceptionally with {@link ReconfigureException} when nothing changed
   */
  public CompletableFuture<ReloadAnswer> reload(Path other, boolean dryRun) {
    List<String> warnings = new ArrayList<>();
    CompletableFuture<ReloadAnswer> answer =
        change(_ -> read(other == null ? file : other, warnings), dryRun, warnings);
    return dryRun || other == null ? answer : answer.thenApply(taken -> fromNowOn(other, taken));
  }

  private ReloadAnswer fromNowOn(Path other, ReloadAnswer answer) {
    file = other;
    return answer;
  }

  /** Makes a change that no file asks for; the next reload takes it back. */
  public CompletableFuture<ReloadAnswer> change(ConfigTarget target, boolean dryRun) {
    return change(target, dryRun, List.of());
  }

  private CompletableFuture<ReloadAnswer> change(
      ConfigTarget target, boolean dryRun, List<String> warnings) {
    CompletableFuture<ReloadAnswer> answer =
        gateway
            .reconfigure(target, dryRun)
            .thenApply(diff -> ReloadAnswer.of(gateway.name(), dryRun, diff, warnings));
    return dryRun ? answer : answer.whenComplete(this::log);
  }

  private static TaltunConfig read(Path file, List<String> warnings) throws ReconfigureException {
    return switch (ConfigReader.read(file)) {
      case ConfigResult.Valid valid -> {
        valid.warnings().forEach(warning -> warnings.add(warning.toString()));
        yield valid.config();
      }
      case ConfigResult.Invalid invalid -> {
        List<String> places = invalid.errors().stream().map(ConfigError::toString).toList();
        throw ReconfigureException.invalid(
            "%s in %s; nothing was changed, correct and try again"
                .formatted(places.size() == 1 ? "1 error" : places.size() + " errors", file),
            places);
      }
    };
  }

  private void log(ReloadAnswer answer, Throwable failure) {
    String name = gateway.name();
    if (failure != null) {
      ReconfigureException refused = refusal(failure);
      logLines(refused.places(), LOG::error);
      LOG.error("{} goes on as it was: {}", name, refused.getMessage());
      return;
    }
    answer.warnings().forEach(LOG::warn);
    logLines(answer.changes(), LOG::info);
    int count = answer.changes().size();
    LOG.info(
        "{} is reloaded: {}",
        name,
        switch (count) {
          case 0 -> "nothing changed";
          case 1 -> "1 change";
          default -> count + " changes";
        });
    if (!answer.restart().isEmpty()) {
      LOG.warn("{} needs a restart for {}", name, String.join(", ", answer.restart()));
    }
  }

  private interface Line {
    void log(String text);
  }

  private static void logLines(List<String> lines, Line log) {
    lines.stream().limit(MOST_LINES).forEach(log::log);
    if (lines.size() > MOST_LINES) {
      log.log("and " + (lines.size() - MOST_LINES) + " more");
    }
  }

  /** Why a change was not made. */
  public static ReconfigureException refusal(Throwable failure) {
    Throwable cause = failure instanceof CompletionException it ? it.getCause() : failure;
    return cause instanceof ReconfigureException refused
        ? refused
        : ReconfigureException.failed(String.valueOf(cause), cause);
  }
}
