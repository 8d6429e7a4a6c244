package io.taltun.daemon.peer;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that only a test moves. It begins below zero, as CLOCK_BOOTTIME readings may be shifted. */
final class HandClock implements InstantSource {
  private static final long START_NS = -Duration.ofSeconds(300).toNanos();
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private long nowNs = START_NS;

  long nowNs() {
    return nowNs;
  }

  void advanceNs(long byNs) {
    nowNs += byNs;
  }

  void moveTo(long toNs) {
    nowNs = toNs;
  }

  @Override
  public Instant instant() {
    return START.plusNanos(nowNs - START_NS);
  }
}
