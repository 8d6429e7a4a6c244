package io.taltun.daemon.gateway;

import io.taltun.crypto.primitive.Aead;
import io.taltun.dataplane.memory.PathWarmUp;
import io.taltun.dataplane.os.BootClock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warms the packet path on a thread of its own, beside the rest of a start. */
final class WarmStart {
  private static final Logger LOG = LoggerFactory.getLogger("gateway");

  private static final Duration DURATION = Duration.ofMillis(400);

  private final Thread thread;

  private WarmStart(Thread thread) {
    this.thread = thread;
  }

  static WarmStart begin(Aead aead) {
    Thread thread = Thread.ofPlatform().daemon().name("taltun-warm-up").unstarted(() -> run(aead));
    // Colder is slower; it is no reason not to start.
    thread.setUncaughtExceptionHandler((_, e) -> LOG.warn("the warm-up failed", e));
    thread.start();
    return new WarmStart(thread);
  }

  private static void run(Aead aead) {
    long packets = PathWarmUp.run(aead, DURATION.toNanos(), new BootClock());
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
