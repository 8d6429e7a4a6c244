package io.taltun.daemon.gateway;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** When a gateway took its configuration, and how often it was offered another one. Any thread. */
public final class ConfigAge {
  private final InstantSource wallClock;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile long loadedEpochMs;

  /** Taken now. */
  public ConfigAge(InstantSource wallClock) {
    this.wallClock = wallClock;
    loadedEpochMs = wallClock.millis();
  }

  /** Another one is in force. */
  public void reloaded() {
    loadedEpochMs = wallClock.millis();
    taken.incrementAndGet();
  }

  /** Another one was not taken: the one before stays. */
  public void refused() {
    refused.incrementAndGet();
  }

  /** Wall clock, milliseconds since 1970. */
  public long loadedEpochMs() {
    return loadedEpochMs;
  }

  /** Reloads that were taken. */
  public long taken() {
    return taken.get();
  }

  /** Reloads that were refused. */
  public long refusals() {
    return refused.get();
  }
}
