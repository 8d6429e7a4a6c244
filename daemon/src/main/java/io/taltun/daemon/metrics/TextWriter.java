package io.taltun.daemon.metrics;

import io.netty.buffer.ByteBuf;
import io.taltun.dataplane.counter.Histogram;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes Prometheus' text format, version 0.0.4, into an array that grows at need. A sample
 * allocates nothing: a scrape of thousands of peers must not bring a collection, which would stop
 * the packet path with everything else. One thread.
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
  private byte[] text;
  private int length;

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

  /**
   * @param room bytes that are there from the beginning
   */
  TextWriter(int room) {
    text = new byte[room];
  }

  /** Bytes that were written and not taken yet. */
  int length() {
    return length;
  }

  /** Forgets what was written. */
  void clear() {
    length = 0;
  }

  /** Moves what was written to the end of a buffer. */
  void moveTo(ByteBuf buffer) {
    buffer.writeBytes(text, 0, length);
    length = 0;
  }

  private TextWriter put(byte[] bytes) {
    return put(bytes, 0, bytes.length);
  }

  private TextWriter put(byte[] bytes, int from, int count) {
    ensure(count);
    System.arraycopy(bytes, from, text, length, count);
    length += count;
    return this;
  }

  private TextWriter put(char ascii) {
    ensure(1);
    text[length++] = (byte) ascii;
    return this;
  }

  private void ensure(int count) {
    if (text.length - length < count) {
      text = Arrays.copyOf(text, Math.max(2 * text.length, length + count));
    }
  }

  /** Begins a metric; its samples follow. */
  void begin(Metric metric) {
    resume(metric);
    put(metric.head());
  }

  /** Goes on with a metric that was begun before. */
  void resume(Metric metric) {
    name = ascii(metric.name());
  }

  /** A whole number. */
  void sample(byte[] labels, long value) {
    nameAndLabels(NO_SUFFIX, labels);
    put(' ');
    integer(value);
    put('\n');
  }

  /** A time, written in seconds. */
  void seconds(byte[] labels, long ns) {
    nameAndLabels(NO_SUFFIX, labels);
    put(' ');
    secondsOf(ns);
    put('\n');
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
      put(name).put(BUCKET).put('{').put(labels);
      if (labels.length > 0) {
        put(',');
      }
      put(LE);
      if (first.bound(range) == Long.MAX_VALUE) {
        put(INFINITE);
      } else {
        number(first.bound(range), unit);
      }
      put('"').put('}').put(' ');
      integer(count);
      put('\n');
    }
    nameAndLabels(SUM, labels);
    put(' ');
    number(sum, unit);
    put('\n');
    nameAndLabels(COUNT, labels);
    put(' ');
    integer(count);
    put('\n');
  }

  /** A count and a time, without quantiles. */
  void summary(byte[] labels, long count, long sumNs) {
    nameAndLabels(COUNT, labels);
    put(' ');
    integer(count);
    put('\n');
    nameAndLabels(SUM, labels);
    put(' ');
    secondsOf(sumNs);
    put('\n');
  }

  private void nameAndLabels(byte[] suffix, byte[] labels) {
    put(name).put(suffix);
    if (labels.length > 0) {
      put('{').put(labels).put('}');
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
      put('-');
    }
    int at = MOST_DIGITS;
    long rest = value;
    do {
      // The remainder of a negative number is negative: the least long has no positive.
      digits[--at] = (byte) ('0' + Math.abs(rest % DECIMAL));
      rest /= DECIMAL;
    } while (rest != 0);
    put(digits, at, MOST_DIGITS - at);
  }

  /** With as many decimals as it takes. */
  private void secondsOf(long ns) {
    long whole = ns / 1_000_000_000;
    int rest = (int) Math.abs(ns % 1_000_000_000);
    if (ns < 0 && whole == 0) {
      put('-');
    }
    integer(whole);
    if (rest == 0) {
      return;
    }
    put('.');
    int length = NANO_DIGITS;
    for (int i = NANO_DIGITS - 1; i >= 0; i--) {
      digits[i] = (byte) ('0' + rest % DECIMAL);
      rest /= DECIMAL;
    }
    while (digits[length - 1] == '0') {
      length--;
    }
    put(digits, 0, length);
  }
}
