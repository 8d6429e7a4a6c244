package io.taltun.crypto.primitive.openssl;

import java.util.List;
import java.util.function.Supplier;

/**
 * The fastest of some constructions, found when it is first wanted: commands that never seal a
 * packet do not wait for it. Safe for use by several threads.
 */
final class FastestConstruction implements Supplier<Construction> {
  private final Supplier<List<Construction>> candidates;

  /** Written once, under this object's lock. */
  private volatile Construction chosen;

  /** The candidates, at least one, are asked for once, when there is something to choose. */
  FastestConstruction(Supplier<List<Construction>> candidates) {
    this.candidates = candidates;
  }

  @Override
  public Construction get() {
    Construction known = chosen;
    return known == null ? choose() : known;
  }

  private synchronized Construction choose() {
    if (chosen == null) {
      chosen = SpeedTrial.fastest(candidates.get());
    }
    return chosen;
  }
}
