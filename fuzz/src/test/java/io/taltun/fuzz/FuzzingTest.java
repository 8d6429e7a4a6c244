package io.taltun.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FuzzingTest {
  private final FuzzTarget planted = Fuzzing.target("planted");

  @Test
  void shouldFindAPlantedBugWhenItHasTheTestsOwnBudget() {
    Finding finding = catchThrowableOfType(Finding.class, () -> Fuzzing.test(planted));

    assertThat(finding)
        .hasMessageContaining("seed " + Fuzzing.SEED)
        .hasMessageContaining(Corpus.line(finding.input()))
        .hasCauseInstanceOf(IndexOutOfBoundsException.class);
    assertThat(
            catchThrowableOfType(
                Finding.class, () -> Fuzzing.accept(planted, finding.input(), "replayed")))
        .isNotNull();
  }

  @Test
  void shouldMakeTheSameInputsWhenTheSeedIsTheSame() {
    assertThat(inputs(1)).containsExactlyElementsOf(inputs(1));
    assertThat(inputs(1)).isNotEqualTo(inputs(2));
  }

  @Test
  void shouldKeepToTheLongestLength() {
    assertThat(inputs(3)).allMatch(input -> input.length <= planted.maxLength());
  }

  @Test
  void shouldNameATargetAfterItsClass() {
    assertThat(Fuzzing.targets()).extracting(FuzzTarget::name).containsExactly("planted");
    assertThat(FuzzTarget.nameOf(FuzzingTest.class)).isEqualTo("fuzzing-test");
  }

  @Test
  void shouldReadBackWhatItWritesToACorpus() {
    for (byte[] input : new byte[][] {{}, {0}, {1, -1, 127}}) {
      assertThat(Corpus.parse(Corpus.line(input))).isEqualTo(input);
    }
  }

  @Test
  void shouldReadZeroesWhenAnInputHasEnded() {
    Input input = new Input(new byte[] {1, 2, 3});

    assertThat(input.next16()).isEqualTo(0x0102);
    assertThat(input.nextInt()).isEqualTo(0x0300_0000);
    assertThat(input.isEmpty()).isTrue();
    assertThat(input.nextLong()).isZero();
    assertThat(input.oneIn(2)).isFalse();
    assertThat(input.rest()).isEmpty();
  }

  private List<byte[]> inputs(long seed) {
    Mutator mutator = new Mutator(planted.seeds(), List.of(new byte[100]), planted.maxLength());
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> inputs = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      inputs.add(mutator.next(random));
    }
    return inputs;
  }
}
