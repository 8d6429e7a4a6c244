package io.taltun.daemon.reload;

import io.taltun.config.Diff;
import java.util.List;

/**
 * What a change of a running gateway came to.
 *
 * @param name of the gateway
 * @param dryRun whether nothing was changed
 * @param changes one line each, without secrets
 * @param restart what was left for the next start, like {@code interface workers auto -> 2}
 * @param warnings about the file, each with its place
 */
public record ReloadAnswer(
    String name,
    boolean dryRun,
    List<String> changes,
    List<String> restart,
    List<String> warnings) {
  /** Copies the lists. */
  public ReloadAnswer {
    changes = List.copyOf(changes);
    restart = List.copyOf(restart);
    warnings = List.copyOf(warnings);
  }

  static ReloadAnswer of(String name, boolean dryRun, Diff diff, List<String> warnings) {
    return new ReloadAnswer(name, dryRun, diff.lines(), diff.restart(), warnings);
  }

  /** Nothing to do, now or at the next start. */
  public boolean isEmpty() {
    return changes.isEmpty() && restart.isEmpty();
  }
}
