package io.taltun.daemon.hook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeyedQueueTest {
  @Test
  void shouldKeepTheOrderOfEachKeyAndItsTasksApart() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    KeyedQueue queue = new KeyedQueue(4, 1000);
    Map<String, List<Integer>> ran = new ConcurrentHashMap<>();
    Set<String> running = Collections.synchronizedSet(new HashSet<>());
    AtomicInteger together = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(400);
    for (int i = 0; i < 400; i++) {
      String key = "key" + random.nextInt(7);
      int number = i;
      boolean taken =
          queue.offer(
              key,
              () -> {
                most.accumulateAndGet(together.incrementAndGet(), Math::max);
                if (!running.add(key)) {
                  overlaps.incrementAndGet();
                }
                ran.computeIfAbsent(key, it -> new ArrayList<>()).add(number);
                Thread.yield();
                running.remove(key);
                together.decrementAndGet();
                all.countDown();
              });
      assertThat(taken).as("seed %d", seed).isTrue();
    }
    assertThat(all.await(60, TimeUnit.SECONDS)).as("seed %d", seed).isTrue();
    assertThat(overlaps).as("seed %d", seed).hasValue(0);
    assertThat(most.get()).as("seed %d", seed).isLessThanOrEqualTo(4);
    assertThat(ran.values())
        .as("seed %d", seed)
        .allSatisfy(numbers -> assertThat(numbers).isSorted());
  }

  @Test
  void shouldRefuseWhatHasNoRoomAndWhatComesAfterTheEnd() throws Exception {
    KeyedQueue queue = new KeyedQueue(1, 2);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch began = new CountDownLatch(1);
    AtomicInteger ran = new AtomicInteger();
    assertThat(queue.offer("a", () -> runOn(began, go))).isTrue();
    began.await();
    assertThat(queue.offer("a", ran::incrementAndGet)).isTrue();
    assertThat(queue.offer("b", ran::incrementAndGet)).isTrue();
    assertThat(queue.offer("c", ran::incrementAndGet)).isFalse();
    queue.close(1);
    assertThat(queue.offer("d", ran::incrementAndGet)).isFalse();
    go.countDown();
    queue.close(60_000);
    assertThat(ran).hasValue(0);
  }

  private static void runOn(CountDownLatch began, CountDownLatch go) {
    began.countDown();
    try {
      go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
