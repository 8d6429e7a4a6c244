package io.taltun.daemon.simulation;

import io.taltun.crypto.primitive.Primitives;
import java.util.concurrent.TimeUnit;

/** One world of one seed: run, and run again with a trace when an invariant does not hold. */
final class Simulation {
  /** A world is so long: a failing seed replays within a second. */
  static final int WORLD_HOURS = 25;

  /** One world in so many has the real primitives, and is shorter. */
  private static final int REAL_EVERY = 32;

  private static final int REAL_WORLD_HOURS = 5;

  private static final boolean TRACE = Boolean.getBoolean("taltun.simulation.trace");

  private static final Primitives STAND_INS = StandIns.primitives();
  private static final Primitives REAL = Primitives.best();

  private Simulation() {}

  private static boolean real(long seed) {
    return Long.remainderUnsigned(seed, REAL_EVERY) == 0;
  }

  /** Hours of the world of that seed. */
  static double hours(long seed) {
    return real(seed) ? REAL_WORLD_HOURS : WORLD_HOURS;
  }

  /**
   * Runs a world, with a planted bug or none.
   *
   * @throws AssertionError when an invariant does not hold; the message says how to replay
   */
  static Tally run(long seed, double hours, Flaw flaw) {
    World world = world(seed, flaw, TRACE, TRACE);
    try {
      world.run(ns(hours));
    } catch (RuntimeException | AssertionError first) {
      throw new AssertionError(again(seed, hours, flaw, first), first);
    }
    return world.tally;
  }

  private static String again(long seed, double hours, Flaw flaw, Throwable first) {
    World world = world(seed, flaw, true, false);
    String second = "no failure";
    try {
      world.run(ns(hours));
    } catch (RuntimeException | AssertionError replayed) {
      second = String.valueOf(replayed);
    }
    return """
    %s
    replay: mvn -pl daemon -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dtaltun.simulation.seed=%d -Dtaltun.simulation.hours=%s
    and with -Dtaltun.simulation.trace=true it prints all that happens. A second run says %s.
    The latest before the failure, which came at %.3f s:
    %s\
    """
        .formatted(
            first,
            seed,
            hours,
            second.equals(String.valueOf(first)) ? "the same" : second,
            world.schedule.nowNs() / 1e9,
            world.trace.tail());
  }

  /** What two runs of a seed agree on. */
  static long digest(long seed, double hours) {
    World world = world(seed, Flaw.NONE, false, false);
    world.run(ns(hours));
    return world.trace.digest();
  }

  private static World world(long seed, Flaw flaw, boolean traced, boolean printed) {
    return new World(seed, real(seed) ? REAL : STAND_INS, flaw, traced, printed);
  }

  private static long ns(double hours) {
    return (long) (hours * TimeUnit.HOURS.toNanos(1));
  }
}
