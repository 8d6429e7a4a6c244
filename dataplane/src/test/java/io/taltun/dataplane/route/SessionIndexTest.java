package io.taltun.dataplane.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SessionIndexTest {
  private record Session(int index) {}

  private final SessionIndex<Session> index = new SessionIndex<>(4_096);

  @Test
  void shouldFindASessionWhenItWasPut() {
    Session session = new Session(7);

    assertThat(index.get(7)).isNull();
    assertThat(index.put(7, session)).isTrue();
    assertThat(index.get(7)).isSameAs(session);
    assertThat(index.get(8)).isNull();
    assertThat(index.size()).isEqualTo(1);
  }

  @Test
  void shouldKeepTheFirstSessionWhenItsIndexIsOccupied() {
    Session session = new Session(0);
    index.put(0, session);

    assertThat(index.put(0, new Session(0))).isFalse();
    assertThat(index.get(0)).isSameAs(session);
    index.remove(0);
    index.remove(0);
    assertThat(index.get(0)).isNull();
    assertThat(index.size()).isZero();
    assertThat(index.put(0, new Session(0))).isTrue();
  }

  @Test
  void shouldHaveNoSessionWhenAnIndexIsOnlyAllocated() {
    int allocated = index.allocate(Seed.random()).orElseThrow();

    assertThat(index.get(allocated)).isNull();
    assertThat(index.size()).isEqualTo(1);
    assertThat(index.put(allocated, new Session(allocated))).isTrue();
    assertThat(index.put(allocated, new Session(allocated))).isFalse();
    assertThat(index.size()).isEqualTo(1);
    index.remove(allocated);
    assertThat(index.size()).isZero();
  }

  /** Trap 23: indices come from the injected source, whole, and none is given out twice. */
  @Test
  void shouldDrawAgainWhenAnIndexIsInUse() {
    int[] draws = {5, 5, -3, 5, -3, 9};
    int[] next = new int[1];
    RandomGenerator repeating =
        new RandomGenerator() {
          @Override
          public int nextInt() {
            return draws[next[0]++];
          }

          @Override
          public long nextLong() {
            throw new UnsupportedOperationException();
          }
        };
    index.put(5, new Session(5));

    assertThat(index.allocate(repeating)).hasValue(-3);
    assertThat(index.allocate(repeating)).hasValue(9);
    assertThat(next[0]).isEqualTo(draws.length);
  }

  /** Trap 23: a full index neither collides nor searches for ever. */
  @Test
  void shouldRefuseWhenTheLimitIsReached() {
    RandomGenerator random = Seed.random();
    Set<Integer> drawn = new HashSet<>();
    for (int i = 0; i < 4_096; i++) {
      assertThat(drawn.add(index.allocate(random).orElseThrow())).isTrue();
    }
    int one = drawn.iterator().next();
    int unused = 0;
    while (drawn.contains(unused)) {
      unused++;
    }

    assertThat(index.allocate(random)).isEqualTo(OptionalInt.empty());
    assertThat(index.put(unused, new Session(unused))).isFalse();
    assertThat(index.put(one, new Session(one))).as("its place is kept").isTrue();
    assertThat(index.size()).isEqualTo(4_096);
    index.remove(one);
    assertThat(index.put(unused, new Session(unused))).isTrue();
  }

  @Test
  void shouldRefuseALimitWhenItIsOutOfRange() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SessionIndex<>(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new SessionIndex<>((1 << 26) + 1));
  }

  @Test
  void shouldAgreeWithAMapWhenOperationsAreRandom() {
    RandomGenerator random = Seed.random();
    for (int round = 0; round < 20; round++) {
      SessionIndex<Session> fast = new SessionIndex<>(300);
      Map<Integer, Session> slow = new HashMap<>();
      // Few different indices are reused often; many leave removed slots behind.
      int range = 1 << 5 + random.nextInt(20);
      for (int step = 0; step < 20_000; step++) {
        int key = random.nextInt(range) * (round % 2 == 0 ? 1 : 0x01000193);
        if (random.nextInt(step / 5_000 % 2 == 0 ? 3 : 2) == 0) {
          fast.remove(key);
          slow.remove(key);
        } else {
          Session session = new Session(key);
          boolean expected = slow.size() < 300 && slow.putIfAbsent(key, session) == null;
          assertThat(fast.put(key, session)).as("seed %d", Seed.VALUE).isEqualTo(expected);
        }
        int probe = random.nextInt(range);
        assertThat(fast.get(probe)).as("seed %d", Seed.VALUE).isSameAs(slow.get(probe));
        assertThat(fast.get(key)).as("seed %d", Seed.VALUE).isSameAs(slow.get(key));
      }
      assertThat(fast.size()).isEqualTo(slow.size());
      slow.forEach((key, session) -> assertThat(fast.get(key)).isSameAs(session));
    }
  }

  @Test
  void shouldAlwaysFindWhatIsThereWhenTheTableIsRebuilt() throws InterruptedException {
    int kept = 1_000;
    for (int i = 0; i < kept; i++) {
      index.put(i, new Session(i));
    }
    AtomicBoolean churning = new AtomicBoolean(true);
    AtomicLong reads = new AtomicLong();
    AtomicLong missed = new AtomicLong();
    AtomicLong wrong = new AtomicLong();
    Thread reader =
        new Thread(
            () -> {
              while (churning.get() || reads.get() == 0) {
                for (int i = 0; i < 3 * kept; i++) {
                  Session session = index.get(i);
                  missed.addAndGet(session == null && i < kept ? 1 : 0);
                  wrong.addAndGet(session != null && session.index != i ? 1 : 0);
                }
                reads.incrementAndGet();
              }
            });
    reader.start();
    RandomGenerator random = Seed.random();
    List<Integer> churned = new ArrayList<>();
    for (int step = 0; step < 500_000; step++) {
      int key = kept + random.nextInt(step % 2 == 0 ? 2 * kept : 1 << 20);
      if (index.put(key, new Session(key))) {
        churned.add(key);
      }
      if (churned.size() > 500) {
        int last = churned.removeLast();
        index.remove(churned.set(random.nextInt(churned.size()), last));
      }
    }
    churning.set(false);
    reader.join();

    assertThat(missed.get()).as("seed %d", Seed.VALUE).isZero();
    assertThat(wrong.get()).as("seed %d", Seed.VALUE).isZero();
  }

  @Test
  void shouldNotAllocateWhenGetting() {
    for (int i = 0; i < 1_000; i++) {
      index.put(i * 3, new Session(i));
    }
    int[] found = new int[1];

    long bytes =
        Allocation.afterWarmUp(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                found[0] += index.get(i) == null ? 0 : 1;
              }
            });

    assertThat(found[0]).isPositive();
    assertThat(bytes).isZero();
  }
}
