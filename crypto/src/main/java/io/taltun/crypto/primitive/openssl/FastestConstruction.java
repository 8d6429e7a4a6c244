package io.taltun.crypto.primitive.openssl;

import java.util.function.Supplier;

/**
 * The fastest construction, found when it is first wanted: commands that never seal a packet do not
 * wait for it. Safe for use by several threads.
 *
 * <p>Fused and split are measured. Where split is faster, direct is taken if there is one: it does
 * what split does, with less in front of each call. It is not measured itself, because its calls
 * are cheaper only once they are compiled, after thousands of packets.
 */
final class FastestConstruction implements Supplier<Construction> {
  private final Construction fused;
  private final Construction split;
  private final DirectConstruction direct;

  /** Written once, under this object's lock. */
  private volatile Construction chosen;

  FastestConstruction(Construction fused, Construction split, DirectConstruction direct) {
    this.fused = fused;
    this.split = split;
    this.direct = direct;
  }

  @Override
  public Construction get() {
    Construction known = chosen;
    return known == null ? choose() : known;
  }

  private synchronized Construction choose() {
    if (chosen == null) {
      chosen =
          SpeedTrial.faster(fused, split) == fused ? fused : direct.ifAvailable().orElse(split);
    }
    return chosen;
  }
}
