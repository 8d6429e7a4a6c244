package io.taltun.daemon.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tester is tested: what is planted is found, soon, and a failure replays. */
class PlantedFlawTest {
  private static final long SEED = 1;
  private static final int MOST_WORLDS = 12;

  /** Traps 8, 12, 15, 18, 19, 20, 25 and 27 are among the flaws. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void shouldNoticeWhenFlawIsPlanted(Flaw flaw) {
    assertThatThrownBy(
            () -> {
              for (long seed = SEED; seed < SEED + MOST_WORLDS; seed++) {
                Simulation.run(seed, Simulation.WORLD_HOURS, flaw);
              }
            })
        .as("%s within %d worlds", flaw, MOST_WORLDS)
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void shouldSayHowToReplayWhenInvariantDoesNotHold() {
    assertThatThrownBy(() -> Simulation.run(SEED, 1, Flaw.REPLAYS_ACCEPTED))
        .hasMessageContaining("-Dtaltun.simulation.seed=" + SEED)
        .hasMessageContaining("A second run says the same")
        .hasMessageContaining("device 0  sends data")
        .hasCauseInstanceOf(Violation.class);
  }

  @Test
  void shouldDoTheSameAgainWhenSeedIsTheSame() {
    assertThat(Simulation.digest(SEED, 3)).isEqualTo(Simulation.digest(SEED, 3));
    assertThat(Simulation.digest(SEED, 3)).isNotEqualTo(Simulation.digest(SEED + 1, 3));
  }
}
