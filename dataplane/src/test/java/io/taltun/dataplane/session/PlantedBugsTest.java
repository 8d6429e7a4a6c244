package io.taltun.dataplane.session;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.fuzz.Finding;
import io.taltun.fuzz.Fuzzing;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tester, tested: windows with a bug are found with the budget of the tests. */
@Tag("fuzz")
class PlantedBugsTest {
  @Test
  void shouldFindAWindowWhenItIsOneCounterTooLong() {
    find(new ReplayWindowTarget(() -> oneTooLong()));
  }

  @Test
  void shouldFindAWindowWhenItsLimitIsSigned() {
    find(
        new ReplayWindowTarget(
            () -> {
              ReplayWindow window = new ReplayWindow();
              return counter -> counter >= 0 && window.accept(counter);
            }));
  }

  private static LongPredicate oneTooLong() {
    ReplayWindow window = new ReplayWindow();
    CounterSet all = new CounterSet();
    return counter -> {
      boolean atTheEdge = all.greatest() - counter == ReplayWindow.SIZE + 1;
      all.accept(counter);
      return window.accept(counter) || atTheEdge;
    };
  }

  private static void find(ReplayWindowTarget target) {
    assertThatThrownBy(() -> Fuzzing.test(target)).isInstanceOf(Finding.class);
  }
}
