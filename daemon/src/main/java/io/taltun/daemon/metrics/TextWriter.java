package io.taltun.daemon.metrics;

import io.netty.buffer.ByteBuf;
import io.taltun.dataplane.counter.Histogram;
import java.nio.charset.StandardCharsets;

/**
 * Writes Prometheus' text format, version 0.0.4, into a buffer. A sample allocates nothing: a
 * scrape of thousands of peers must not bring a collection, which would stop the packet path with
 * everything else. One thread.
 */
final class TextWriter {
  private static final byte[] BUCKET = ascii("_bucket");
  private static final byte[] COUNT = ascii("_count");
  private static final byte[] SUM = ascii("_sum");
  private static final byte[] LE = ascii("le=\"");
  private static final byte[] INFINITE = ascii("+Inf");
  private static final byte[] NO_SUFFIX = {};
  private static final int NANO_DIGITS = 9;
  private static final int MOST_DIGITS = 20;
  private static final int DECIMAL = 10;

  private final byte[] digits = new byte[MOST_DIGITS];
  private byte[] name = {};
  private ByteBuf out;

  /** What a histogram's values are counted in. */
  enum Unit {
    /** Whole numbers, written as they are. */
    ONE,
    /** Nanoseconds, written as seconds. */
    NANOSECOND
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Writes into this buffer from now on. */
  void into(ByteBuf out) {
    this.out = out;
  }

  /** Bytes written to the buffer so far. */
  int written() {
    return out.readableBytes();
  }

  /** Begins a metric; its samples follow. */
  void begin(Metric metric) {
    resume(metric);
    out.writeBytes(metric.head());
  }

  /** Goes on with a metric that was begun before. */
  void resume(Metric metric) {
    name = ascii(metric.name());
  }

  /** A whole number. */
  void sample(byte[] labels, long value) {
    nameAndLabels(NO_SUFFIX, labels);
    out.writeByte(' ');
    integer(value);
    out.writeByte('\n');
  }

  /** A time, written in seconds. */
  void seconds(byte[] labels, long ns) {
    nameAndLabels(NO_SUFFIX, labels);
    out.writeByte(' ');
    secondsOf(ns);
    out.writeByte('\n');
  }

  /** All samples of histograms that are of one kind, added up. */
  void histogram(byte[] labels, Unit unit, Histogram... parts) {
    Histogram first = parts[0];
    long count = 0;
    long sum = 0;
    for (Histogram part : parts) {
      sum += part.sum();
    }
    for (int range = 0; range < first.ranges(); range++) {
      for (Histogram part : parts) {
        count += part.count(range);
      }
      out.writeBytes(name).writeBytes(BUCKET).writeByte('{').writeBytes(labels);
      if (labels.length > 0) {
        out.writeByte(',');
      }
      out.writeBytes(LE);
      if (first.bound(range) == Long.MAX_VALUE) {
        out.writeBytes(INFINITE);
      } else {
        number(first.bound(range), unit);
      }
      out.writeByte('"').writeByte('}').writeByte(' ');
      integer(count);
      out.writeByte('\n');
    }
    nameAndLabels(SUM, labels);
    out.writeByte(' ');
    number(sum, unit);
    out.writeByte('\n');
    nameAndLabels(COUNT, labels);
    out.writeByte(' ');
    integer(count);
    out.writeByte('\n');
  }

  /** A count and a time, without quantiles. */
  void summary(byte[] labels, long count, long sumNs) {
    nameAndLabels(COUNT, labels);
    out.writeByte(' ');
    integer(count);
    out.writeByte('\n');
    nameAndLabels(SUM, labels);
    out.writeByte(' ');
    secondsOf(sumNs);
    out.writeByte('\n');
  }

  private void nameAndLabels(byte[] suffix, byte[] labels) {
    out.writeBytes(name).writeBytes(suffix);
    if (labels.length > 0) {
      out.writeByte('{').writeBytes(labels).writeByte('}');
    }
  }

  private void number(long value, Unit unit) {
    if (unit == Unit.NANOSECOND) {
      secondsOf(value);
    } else {
      integer(value);
    }
  }

  private void integer(long value) {
    if (value < 0) {
      out.writeByte('-');
    }
    int at = MOST_DIGITS;
    long rest = value;
    do {
      // The remainder of a negative number is negative: the least long has no positive.
      digits[--at] = (byte) ('0' + Math.abs(rest % DECIMAL));
      rest /= DECIMAL;
    } while (rest != 0);
    out.writeBytes(digits, at, MOST_DIGITS - at);
  }

  /** With as many decimals as it takes. */
  private void secondsOf(long ns) {
    long whole = ns / 1_000_000_000;
    int rest = (int) Math.abs(ns % 1_000_000_000);
    if (ns < 0 && whole == 0) {
      out.writeByte('-');
    }
    integer(whole);
    if (rest == 0) {
      return;
    }
    out.writeByte('.');
    int length = NANO_DIGITS;
    for (int i = NANO_DIGITS - 1; i >= 0; i--) {
      digits[i] = (byte) ('0' + rest % DECIMAL);
      rest /= DECIMAL;
    }
    while (digits[length - 1] == '0') {
      length--;
    }
    out.writeBytes(digits, 0, length);
  }
}
