package io.taltun.daemon.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.daemon.simulation.Tally.Event;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand hours of hostile networks. {@code -Dtaltun.simulation.seed=N} begins with another
 * seed, {@code -Dtaltun.simulation.hours=N} runs for longer or, below {@value
 * Simulation#WORLD_HOURS}, for one world only; {@code -Dtaltun.simulation.trace=true} prints what
 * happens. scripts/simulate.sh is the same from the command line.
 */
class SimulationTest {
  private static final long SEED = Long.getLong("taltun.simulation.seed", 20260101);
  private static final double HOURS =
      Double.parseDouble(System.getProperty("taltun.simulation.hours", "10000"));

  @Test
  void shouldHoldAllInvariantsWhenNetworkIsHostile() {
    Tally tally = new Tally();
    long beganNs = System.nanoTime();
    for (long seed = SEED; tally.hours() < HOURS; seed++) {
      tally.add(Simulation.run(seed, Math.min(HOURS, Simulation.WORLD_HOURS)));
    }
    System.out.printf(
        "simulation: seeds from %d, %.1f s%n%s%n",
        SEED, (System.nanoTime() - beganNs) / 1e9, tally);
    assertThat(tally.get(Event.SESSIONS)).isPositive();
  }
}
