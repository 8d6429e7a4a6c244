package io.taltun.dataplane.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class FlowTableTest {
  private static final long LIFE_NS = 60_000_000_000L;

  private final RandomGenerator random = Seed.random();
  private final FlowTable table = new FlowTable(random);

  private long key(int i) {
    return table.key(0, 17, i, 0, 1, 0, 2);
  }

  @Test
  void shouldKeepHalfOfItsPlacesAlmostWhole() {
    int flows = FlowTable.FLOWS / 2;
    int forgotten = 0;
    for (int i = 0; i < flows; i++) {
      forgotten += table.remember(key(i), i, LIFE_NS) ? 1 : 0;
    }
    int found = 0;
    for (int i = 0; i < flows; i++) {
      found += table.recall(key(i), flows, LIFE_NS) ? 1 : 0;
    }
    assertThat(found).as("seed %d", Seed.VALUE).isEqualTo(flows - forgotten);
    assertThat(found).isGreaterThan(flows * 9 / 10);
  }

  @Test
  void shouldForgetWhatWasSeenLongestAgoWhenAScanFillsIt() {
    long nowNs = 0;
    long kept = key(-1);
    table.remember(kept, nowNs, LIFE_NS);
    for (int i = 0; i < 20 * FlowTable.FLOWS; i++) {
      nowNs += 1_000_000;
      table.remember(key(i), nowNs, LIFE_NS);
      if (i % 1500 == 0) {
        assertThat(table.recall(kept, nowNs, LIFE_NS)).as("seed %d", Seed.VALUE).isTrue();
      }
    }
  }

  @Test
  void shouldTellFlowsApartThatDifferInOneThing() {
    long[] parts = {3, 17, 99, 1, 2, 3, 4};
    long key = key(parts);
    for (int i = 0; i < parts.length; i++) {
      parts[i]++;
      assertThat(key(parts)).as("part %d", i).isNotEqualTo(key);
      parts[i]--;
    }
    assertThat(key(parts)).isEqualTo(key);
    assertThat(key(1, 2, 3, 4, 5, 6, 7)).isNotEqualTo(key(1, 2, 3, 6, 7, 4, 5));
  }

  private long key(long... parts) {
    return table.key(
        (int) parts[0], (int) parts[1], (int) parts[2], parts[3], parts[4], parts[5], parts[6]);
  }

  @Test
  void shouldFindWhatItSawWhenManyWorkersWrite() throws InterruptedException {
    AtomicInteger missing = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int worker = 0; worker < 4; worker++) {
      int first = worker * 2_000;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 0; round < 50; round++) {
                      for (int i = first; i < first + 2_000; i++) {
                        table.remember(key(i), round, LIFE_NS);
                      }
                    }
                    for (int i = first; i < first + 2_000; i++) {
                      missing.addAndGet(table.recall(key(i), 50, LIFE_NS) ? 0 : 1);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    // Two that choose one place at once lose one of both, which comes again with its next packet.
    assertThat(missing).as("seed %d", Seed.VALUE).hasValueLessThan(40);
  }

  @Test
  void shouldForgetNoFlowForFragments() {
    long flow = table.key(1, 6, 22, 0, 1, 0, 2);
    table.remember(flow, 0, LIFE_NS);
    for (int packet = 0; packet < 1 << 20; packet++) {
      long key = table.key(1, 0x100, packet, 0, 1, 0, 2);
      table.fragments().remember(key, 1, LIFE_NS);
      assertThat(table.fragments().recall(key, 1, LIFE_NS)).isTrue();
    }
    assertThat(table.recall(flow, 1, LIFE_NS)).isTrue();
  }
}
