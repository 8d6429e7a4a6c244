package io.taltun.dataplane.counter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HistogramTest {
  private final Histogram histogram = new Histogram(1, 10, 100);

  @Test
  void shouldCountAValueInTheRangeThatItsBoundIncludes() {
    for (long value : new long[] {-1, 1, 2, 10, 11, 100, 101, 5000}) {
      histogram.record(value);
    }
    assertThat(histogram.ranges()).isEqualTo(4);
    assertThat(histogram.count(0)).isEqualTo(2);
    assertThat(histogram.count(1)).isEqualTo(2);
    assertThat(histogram.count(2)).isEqualTo(2);
    assertThat(histogram.count(3)).isEqualTo(2);
    assertThat(histogram.sum()).isEqualTo(5224);
  }

  @Test
  void shouldHaveNoBoundForTheLastRange() {
    assertThat(histogram.bound(2)).isEqualTo(100);
    assertThat(histogram.bound(3)).isEqualTo(Long.MAX_VALUE);
  }
}
