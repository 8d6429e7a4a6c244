package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DozeTest {
  private static final int ROUNDS = 20_000;

  private final Doze doze = new Doze();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  /** Trap 26: a wake-up that is lost would cost an hour. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void shouldLoseNoWakeUpWhenItComesAsTheThreadFallsAsleep() throws InterruptedException {
    Thread sleeper = Thread.ofPlatform().daemon().start(this::obey);
    for (int i = 1; i <= ROUNDS; i++) {
      asked.set(i);
      doze.wake(sleeper);
      if (i % 3 == 0) {
        while (done.get() < i) {
          Thread.yield();
        }
      }
    }
    sleeper.join();
    assertThat(done).hasValue(ROUNDS);
  }

  private void obey() {
    while (done.get() < ROUNDS) {
      done.set(asked.get());
      if (done.get() < ROUNDS) {
        doze.sleep(() -> asked.get() == done.get(), TimeUnit.HOURS.toNanos(1));
      }
    }
  }
}
