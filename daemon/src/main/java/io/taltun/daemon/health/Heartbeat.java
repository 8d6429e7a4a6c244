package io.taltun.daemon.health;

import io.taltun.dataplane.os.NanoClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every thread of a gateway for a sign of life once a second, on a thread of its own. Time is
 * counted in its own beats, not by a clock: a process that was suspended, with everybody in it, has
 * not stalled.
 */
public final class Heartbeat {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");
  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  /** Beats without an answer after which a thread counts as stalled. */
  static final int MOST_MISSED = 5;

  /** The heartbeat itself is dead when it has been silent for so long. */
  static final long MOST_SILENCE_NS = TimeUnit.SECONDS.toNanos(10);

  private final List<Pulse> pulses;
  private final NanoClock clock;
  private final List<Consumer<Health>> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;

  // Written by stop().
  private volatile boolean running = true;

  // Written by the heartbeat's thread.
  private volatile Health latest = Health.WELL;
  private volatile long latestNs;

  /** Beats once {@link #start} was called. */
  public Heartbeat(List<Pulse> pulses) {
    this(pulses, System::nanoTime);
  }

  Heartbeat(List<Pulse> pulses, NanoClock clock) {
    this.pulses = List.copyOf(pulses);
    this.clock = clock;
    latestNs = clock.nowNs();
    thread = Thread.ofPlatform().daemon().name("taltun-heartbeat").unstarted(this::run);
  }

  /** Begins to beat. */
  public void start() {
    latestNs = clock.nowNs();
    thread.start();
  }

  /** Whom it asks. */
  public List<Pulse> pulses() {
    return pulses;
  }

  /** As of the latest beat. Any thread; never blocks. */
  public Health health() {
    if (clock.nowNs() - latestNs > MOST_SILENCE_NS) {
      return new Health(List.of("the heartbeat itself is silent"));
    }
    return latest;
  }

  /**
   * Tells of the health after each beat, once a second while this lives. A listener that feeds a
   * watchdog needs no timer: when the heartbeat dies nobody feeds it.
   *
   * @param listener called on the heartbeat's thread; must not block for long
   */
  public void listen(Consumer<Health> listener) {
    listeners.add(listener);
  }

  private void run() {
    while (running) {
      try {
        beat();
      } catch (RuntimeException e) {
        LOG.error("a beat failed, going on", e);
      }
      long endNs = System.nanoTime() + INTERVAL_NS;
      for (long leftNs = INTERVAL_NS; running && leftNs > 0; leftNs = endNs - System.nanoTime()) {
        LockSupport.parkNanos(this, leftNs);
      }
    }
  }

  /** One beat: looks at what came since the one before, asks anew. */
  void beat() {
    List<String> stalled = new ArrayList<>();
    for (Pulse pulse : pulses) {
      pulse.beat();
      if (pulse.missed() >= MOST_MISSED) {
        stalled.add(pulse.name() + " has not answered for " + pulse.missed() + " s");
      }
    }
    Health now = stalled.isEmpty() ? Health.WELL : new Health(stalled);
    tell(now);
    latest = now;
    latestNs = clock.nowNs();
    for (Consumer<Health> listener : listeners) {
      listener.accept(now);
    }
  }

  private void tell(Health now) {
    if (now.isWell() && !latest.isWell()) {
      LOG.info("everybody answers again");
    } else if (!now.isWell() && latest.isWell()) {
      LOG.error("no progress: {}", now.reason());
    }
  }

  /** Ends the thread and waits for it. */
  public void stop() throws InterruptedException {
    running = false;
    LockSupport.unpark(thread);
    thread.join();
  }
}
