package io.taltun.crypto.primitive.openssl;

import java.util.function.Supplier;

/**
 * The faster of two constructions, found when it is first wanted: commands that never seal a packet
 * do not wait for it. Safe for use by several threads.
 */
final class FasterConstruction implements Supplier<Construction> {
  private final Construction one;
  private final Construction other;

  /** Written once, under this object's lock. */
  private volatile Construction chosen;

  FasterConstruction(Construction one, Construction other) {
    this.one = one;
    this.other = other;
  }

  @Override
  public Construction get() {
    Construction known = chosen;
    return known == null ? choose() : known;
  }

  private synchronized Construction choose() {
    if (chosen == null) {
      chosen = SpeedTrial.faster(one, other);
    }
    return chosen;
  }
}
