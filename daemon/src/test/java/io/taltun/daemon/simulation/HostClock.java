package io.taltun.daemon.simulation;

import java.time.Instant;
import java.time.InstantSource;

/** A device's own two clocks: one since boot, and the one on the wall, which people set. */
final class HostClock implements InstantSource {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Schedule schedule;
  private long bootOffsetNs;
  private long wallOffsetNs;

  /**
   * @param bootOffsetNs what it shows at the beginning; may be negative
   */
  HostClock(Schedule schedule, long bootOffsetNs) {
    this.schedule = schedule;
    this.bootOffsetNs = bootOffsetNs;
  }

  /** CLOCK_BOOTTIME: goes on in suspend. */
  long nowNs() {
    return schedule.nowNs() + bootOffsetNs;
  }

  /** When, in true time, this clock will show {@code bootNs}. */
  long trueNs(long bootNs) {
    return bootNs - bootOffsetNs;
  }

  /** Another boot: the clock begins elsewhere. */
  void restart(long offsetNs) {
    bootOffsetNs = offsetNs;
  }

  /** Only a flaw loses time. */
  void lose(long ns) {
    bootOffsetNs -= ns;
  }

  void setWall(long byNs) {
    wallOffsetNs += byNs;
  }

  @Override
  public Instant instant() {
    return START.plusNanos(schedule.nowNs() + wallOffsetNs);
  }
}
