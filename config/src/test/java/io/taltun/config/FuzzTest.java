package io.taltun.config;

import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Fuzzing;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fuzz targets of this module with their corpora and one seed; longer: scripts/fuzz.sh. */
@Tag("fuzz")
class FuzzTest {
  static List<FuzzTarget> targets() {
    return Fuzzing.targets();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void shouldFindNothingWhenInputsAreMutated(FuzzTarget target) {
    Fuzzing.test(target); // JUnit closes it
  }
}
