package io.taltun.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.taltun.dataplane.counter.Histogram;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextWriterTest {
  private static final Metric GAUGE = Metric.gauge("g", "A gauge.", "name");

  private final TextWriter writer = new TextWriter(1);

  private String text() {
    ByteBuf buffer = Unpooled.buffer();
    writer.moveTo(buffer);
    return buffer.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldWriteAMetricAsThePrometheusFormatHasIt() {
    writer.begin(GAUGE);
    writer.sample(Labels.of(GAUGE, "a \\ \"b\"\nc ü"), -3);
    assertThat(text())
        .isEqualTo(
            """
            # HELP g A gauge.
            # TYPE g gauge
            g{name="a \\\\ \\"b\\"\\nc ü"} -3
            """);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 9, 10, Long.MAX_VALUE, Long.MIN_VALUE})
  void shouldWriteEveryWholeNumber(long value) {
    writer.resume(GAUGE);
    writer.sample(Labels.NONE, value);
    assertThat(text()).isEqualTo("g " + value + "\n");
  }

  @Test
  void shouldWriteNanosecondsAsExactSeconds() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    writer.resume(GAUGE);
    for (int i = 0; i < 1000; i++) {
      long ns = random.nextLong() >> random.nextInt(64);
      ns -= random.nextBoolean() ? ns % 1_000_000_000 : 0;
      writer.seconds(Labels.NONE, ns);
      String expected = new BigDecimal(ns).movePointLeft(9).stripTrailingZeros().toPlainString();
      assertThat(text()).as("seed %d", seed).isEqualTo("g " + expected + "\n");
    }
  }

  @Test
  void shouldAddUpHistogramsAndCountEachRangeWithThoseBelow() {
    Histogram a = new Histogram(500_000, 1_000_000_000);
    Histogram b = new Histogram(500_000, 1_000_000_000);
    a.record(400_000);
    a.record(2_000_000_000);
    b.record(500_001);
    Metric metric = Metric.histogram("h_seconds", "Times.", "thread");
    writer.begin(metric);
    writer.histogram(Labels.of(metric, "x"), TextWriter.Unit.NANOSECOND, a, b);
    assertThat(text())
        .isEqualTo(
            """
            # HELP h_seconds Times.
            # TYPE h_seconds histogram
            h_seconds_bucket{thread="x",le="0.0005"} 1
            h_seconds_bucket{thread="x",le="1"} 2
            h_seconds_bucket{thread="x",le="+Inf"} 3
            h_seconds_sum{thread="x"} 2.000900001
            h_seconds_count{thread="x"} 3
            """);
  }

  @Test
  void shouldWriteASummaryWithoutQuantiles() {
    Metric metric = Metric.summary("s", "S.", "gc");
    writer.resume(metric);
    writer.summary(Labels.of(metric, "Copy"), 3, 5_000_000);
    assertThat(text()).isEqualTo("s_count{gc=\"Copy\"} 3\ns_sum{gc=\"Copy\"} 0.005\n");
  }

  @Test
  void shouldRefuseLabelsThatAMetricDoesNotHave() {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> Labels.of(GAUGE, "a", "b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(List.of("name").toString());
  }
}
