package io.taltun.daemon.simulation;

import io.taltun.crypto.primitive.Primitives;
import java.util.concurrent.TimeUnit;

/** One world of one seed: run, and run again with a trace when an invariant does not hold. */
final class Simulation {
  /** A world is so long: a failing seed replays within a second. */
  static final int WORLD_HOURS = 25;

  /** One world in so many has the real primitives. */
  private static final int REAL_EVERY = 32;

  private static final Primitives STAND_INS = StandIns.primitives();
  private static final Primitives REAL = Primitives.best();

  private Simulation() {}

  /**
   * Runs a world.
   *
   * @throws AssertionError when an invariant does not hold; the message says how to replay
   */
  static Tally run(long seed, double hours) {
    try {
      return run(seed, hours, Flaw.NONE, false, Boolean.getBoolean("taltun.simulation.trace"));
    } catch (RuntimeException | AssertionError first) {
      throw new AssertionError(again(seed, hours, first), first);
    }
  }

  private static String again(long seed, double hours, Throwable first) {
    World world = world(seed, Flaw.NONE, true, false);
    String second = "nothing";
    try {
      world.run(ns(hours));
    } catch (RuntimeException | AssertionError replayed) {
      second = String.valueOf(replayed);
    }
    return """
    %s
    replay: mvn -pl daemon -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dtaltun.simulation.seed=%d -Dtaltun.simulation.hours=%s [-Dtaltun.simulation.trace=true]
    A second run%s. Before it happened, the latest last:
    %s\
    """
        .formatted(
            first,
            seed,
            hours,
            second.equals(String.valueOf(first)) ? " says the same" : ": " + second,
            world.trace.tail());
  }

  /** Runs a world with a planted bug, or none. */
  static Tally run(long seed, double hours, Flaw flaw, boolean traced, boolean printed) {
    World world = world(seed, flaw, traced || printed, printed);
    world.run(ns(hours));
    return world.tally;
  }

  /** What two runs of a seed agree on. */
  static long digest(long seed, double hours) {
    World world = world(seed, Flaw.NONE, false, false);
    world.run(ns(hours));
    return world.trace.digest();
  }

  private static World world(long seed, Flaw flaw, boolean traced, boolean printed) {
    boolean real = Long.remainderUnsigned(seed, REAL_EVERY) == 0;
    return new World(seed, real ? REAL : STAND_INS, flaw, traced, printed);
  }

  private static long ns(double hours) {
    return (long) (hours * TimeUnit.HOURS.toNanos(1));
  }
}
