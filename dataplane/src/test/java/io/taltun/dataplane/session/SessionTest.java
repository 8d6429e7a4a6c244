package io.taltun.dataplane.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.primitive.Aead;
import io.taltun.crypto.primitive.Primitives;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final int WORKERS = 4;
  private static final long LIMIT = ReplayWindow.REJECT_AFTER_MESSAGES;

  private final Aead aead = Primitives.best().aead();
  private final TransportKeys keys = TransportKeys.of(1, 2, true, new byte[32], new byte[32]);
  private final Session session = new Session(new Peer(0, WORKERS), keys, aead, 100, 200, WORKERS);

  @Test
  void shouldEraseTheKeysOnceWhenTheLastWorkerReleases() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int worker = 1; worker < WORKERS; worker++) {
      int number = worker;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    session.sealer(number);
                    session.release(number);
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    // Worker 0 still holds it, and may make its contexts.
    assertThatCode(() -> session.opener(0)).doesNotThrowAnyException();
    assertThatCode(() -> keys.sealer(aead).close()).doesNotThrowAnyException();
    session.release(0);
    assertThatThrownBy(() -> keys.sealer(aead)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldKeepAWorkersContextWhenAskedAgain() {
    assertThat(session.sealer(1)).isSameAs(session.sealer(1)).isNotSameAs(session.sealer(2));
    assertThat(session.opener(1)).isSameAs(session.opener(1)).isNotSameAs(session.sealer(1));
    for (int worker = 0; worker < WORKERS; worker++) {
      session.release(worker);
    }
  }

  /** Trap 5. */
  @Test
  void shouldGiveEachCounterOnceWhenManyThreadsTakeThem() throws InterruptedException {
    int each = 50_000;
    ConcurrentHashMap<Long, Boolean> taken = new ConcurrentHashMap<>();
    inThreads(
        () -> {
          for (int i = 0; i < each; i++) {
            taken.put(session.takeCounters(1), true);
          }
        });
    assertThat(taken).hasSize(WORKERS * each);
    assertThat(taken.keySet()).allMatch(counter -> counter >= 0 && counter < WORKERS * each);
    assertThat(session.sendCounter()).isEqualTo(WORKERS * each);
  }

  /** Trap 5: the limit lies where counters are negative numbers. */
  @Test
  void shouldGiveTheLastCountersOnceWhenManyThreadsReachTheLimit() throws InterruptedException {
    int left = 1000;
    SessionPair.setSendCounter(session, LIMIT - left);
    AtomicInteger given = new AtomicInteger();
    inThreads(
        () -> {
          for (int i = 0; i < 100_000; i++) {
            long counter = session.takeCounters(1);
            if (counter != Session.NO_COUNTER) {
              given.incrementAndGet();
              if (Long.compareUnsigned(counter, LIMIT) >= 0) {
                throw new AssertionError(Long.toUnsignedString(counter));
              }
            }
          }
        });
    assertThat(given).hasValue(left);
    assertThat(session.usable(0)).isFalse();
    assertThat(session.takeCounters(1)).isEqualTo(Session.NO_COUNTER);
  }

  /** Trap 5: what one worker takes at once, no other gets a part of. */
  @Test
  void shouldGiveRunsOfCountersThatDoNotOverlapWhenThreadsTakeManyAtOnce()
      throws InterruptedException {
    int run = 45;
    int left = 1_000_000;
    SessionPair.setSendCounter(session, LIMIT - left);
    ConcurrentHashMap<Long, Boolean> starts = new ConcurrentHashMap<>();
    inThreads(
        () -> {
          long first;
          while ((first = session.takeCounters(run)) != Session.NO_COUNTER) {
            starts.put(first, true);
          }
        });
    assertThat(starts).hasSize(left / run);
    assertThat(starts.keySet())
        .allMatch(first -> (first - (LIMIT - left)) % run == 0)
        .allMatch(first -> Long.compareUnsigned(first + run, LIMIT) <= 0);
    assertThat(session.usable(0)).isFalse();
  }

  /** Trap 17; the clock may wrap. */
  @Test
  void shouldEndSendingBeforeReceivingWhenTimePasses() {
    assertThat(session.usable(99)).isTrue();
    assertThat(session.usable(100)).isFalse();
    assertThat(session.acceptsAt(199)).isTrue();
    assertThat(session.acceptsAt(200)).isFalse();
    Session late =
        new Session(session.peer(), keys, aead, Long.MIN_VALUE + 5, Long.MIN_VALUE + 9, 1);
    assertThat(late.usable(Long.MAX_VALUE)).isTrue();
    assertThat(late.usable(Long.MIN_VALUE + 5)).isFalse();
    assertThat(late.acceptsAt(Long.MIN_VALUE + 8)).isTrue();
  }

  @Test
  void shouldShowNoKeyWhenPrinted() {
    assertThat(session).hasToString("Session[1 of Peer[0]]");
  }

  private static void inThreads(Runnable action) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    AtomicInteger failures = new AtomicInteger();
    for (int i = 0; i < WORKERS; i++) {
      Thread thread = Thread.ofPlatform().unstarted(action);
      thread.setUncaughtExceptionHandler((where, what) -> failures.incrementAndGet());
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).hasValue(0);
  }
}
