package io.taltun.daemon.health;

import java.util.List;

/**
 * How a gateway's threads are doing.
 *
 * @param stalled one clause for each thread that makes no progress; empty when all do
 */
public record Health(List<String> stalled) {
  /** Everybody answers. */
  public static final Health WELL = new Health(List.of());

  /** Copies the list. */
  public Health {
    stalled = List.copyOf(stalled);
  }

  /** Whether every thread makes progress. */
  public boolean isWell() {
    return stalled.isEmpty();
  }

  /** One line that says who stalls; empty when nobody does. */
  public String reason() {
    return String.join(", ", stalled);
  }
}
