package io.taltun.daemon.gateway;

import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.memory.PathWarmUp;
import io.taltun.dataplane.os.BootClock;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warms the packet path on a thread of its own, beside the rest of a start. */
final class WarmStart {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  /** From the beginning of the start: what loading the engine takes comes off it. */
  private static final Duration DURATION = Duration.ofMillis(400);

  /** However long that takes. */
  private static final Duration LEAST = Duration.ofMillis(250);

  // Guarded by the class: begun before anybody knew the configuration, until a start takes it.
  private static WarmStart early;

  private final Thread thread;

  private WarmStart(Thread thread) {
    this.thread = thread;
  }

  /** Begins with the engine that most configurations use, for the first {@link #begin} to take. */
  static synchronized void beginEarly() {
    early = begin(() -> Primitives.best().aead());
  }

  /**
   * @param automatic whether the engine is the one that is taken without being told to
   */
  static synchronized WarmStart begin(Aead aead, boolean automatic) {
    WarmStart begun = early;
    early = null;
    return begun != null && automatic ? begun : begin(() -> aead);
  }

  private static WarmStart begin(Supplier<Aead> aead) {
    long begunNs = System.nanoTime();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("taltun-warm-up")
            .unstarted(() -> run(aead.get(), begunNs));
    // Colder is slower; it is no reason not to start.
    thread.setUncaughtExceptionHandler((_, e) -> LOG.warn("the warm-up failed", e));
    thread.start();
    return new WarmStart(thread);
  }

  private static void run(Aead aead, long begunNs) {
    long leftNs = begunNs + DURATION.toNanos() - System.nanoTime();
    long packets = PathWarmUp.run(aead, Math.max(leftNs, LEAST.toNanos()), new BootClock());
    LOG.debug("warmed on {} packets", packets);
  }

  /** Waits for its end. */
  void await() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
