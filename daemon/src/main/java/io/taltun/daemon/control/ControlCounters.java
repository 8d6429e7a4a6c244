package io.taltun.daemon.control;

import io.taltun.crypto.wire.MessageType;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.dataplane.counter.Histogram;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/** What the control thread counts, with a release store each; any thread reads. */
public final class ControlCounters {
  private static final int COUNTERS = ControlCounter.values().length;

  // Written by the control thread.
  private final AtomicLongArray cells =
      new AtomicLongArray(COUNTERS + HandshakeDrop.values().length);
  private volatile int waitingInitiations;
  private volatile boolean underLoad;

  private final Histogram roundTrips =
      new Histogram(
          TimeUnit.MICROSECONDS.toNanos(500),
          TimeUnit.MILLISECONDS.toNanos(1),
          TimeUnit.MICROSECONDS.toNanos(2500),
          TimeUnit.MILLISECONDS.toNanos(5),
          TimeUnit.MILLISECONDS.toNanos(10),
          TimeUnit.MILLISECONDS.toNanos(25),
          TimeUnit.MILLISECONDS.toNanos(50),
          TimeUnit.MILLISECONDS.toNanos(100),
          TimeUnit.MILLISECONDS.toNanos(250),
          TimeUnit.MILLISECONDS.toNanos(500),
          TimeUnit.SECONDS.toNanos(1),
          TimeUnit.MILLISECONDS.toNanos(2500),
          TimeUnit.SECONDS.toNanos(5));

  void add(ControlCounter counter, long amount) {
    add(counter.ordinal(), amount);
  }

  void drop(HandshakeDrop reason) {
    add(COUNTERS + reason.ordinal(), 1);
  }

  private void add(int cell, long amount) {
    cells.setRelease(cell, cells.getPlain(cell) + amount);
  }

  /** A message of a type of {@link MessageType}. */
  void received(int type) {
    switch (type) {
      case MessageType.INITIATION -> add(ControlCounter.INITIATIONS_RECEIVED, 1);
      case MessageType.RESPONSE -> add(ControlCounter.RESPONSES_RECEIVED, 1);
      case MessageType.COOKIE_REPLY -> add(ControlCounter.COOKIE_REPLIES_RECEIVED, 1);
      default -> {
        // It will be a drop.
      }
    }
  }

  /** A message of a type of {@link MessageType}. */
  void sent(int type) {
    switch (type) {
      case MessageType.INITIATION -> add(ControlCounter.INITIATIONS_SENT, 1);
      case MessageType.RESPONSE -> add(ControlCounter.RESPONSES_SENT, 1);
      default -> add(ControlCounter.COOKIE_REPLIES_SENT, 1);
    }
  }

  /** Of a handshake. */
  void roundTrip(long ns) {
    roundTrips.record(ns);
  }

  void load(int waitingInitiations, boolean underLoad) {
    this.waitingInitiations = waitingInitiations;
    this.underLoad = underLoad;
  }

  /** Any thread. */
  public long get(ControlCounter counter) {
    return cells.getAcquire(counter.ordinal());
  }

  /** Handshake messages that went no further. Any thread. */
  public long get(HandshakeDrop reason) {
    return cells.getAcquire(COUNTERS + reason.ordinal());
  }

  /** Nanoseconds, as {@link HandshakeTrail} measures them. Any thread. */
  public Histogram roundTrips() {
    return roundTrips;
  }

  /** Initiations that wait for their answers, as of a moment ago. Any thread. */
  public int waitingInitiations() {
    return waitingInitiations;
  }

  /** Whether initiations without a cookie are sent one, as of a moment ago. Any thread. */
  public boolean underLoad() {
    return underLoad;
  }
}
