package io.taltun.dataplane.os;

/** A monotonic clock in nanoseconds; readings may be negative and are compared by subtraction. */
@FunctionalInterface
public interface NanoClock {
  long nowNs();
}
