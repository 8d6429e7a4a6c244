package io.taltun.dataplane.counter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountersTest {
  private final Counters counters = new Counters();

  @Test
  void shouldHaveACellOfItsOwnWhenEveryCounterAndReasonIsCounted() {
    for (Counter counter : Counter.values()) {
      counters.add(counter, 100 + counter.ordinal());
      counters.increment(counter);
    }
    for (DropReason reason : DropReason.values()) {
      counters.drop(reason, 1000 + reason.ordinal());
      counters.drop(reason);
    }
    for (Counter counter : Counter.values()) {
      assertThat(counters.get(counter)).isEqualTo(101 + counter.ordinal());
    }
    for (DropReason reason : DropReason.values()) {
      assertThat(counters.get(reason)).isEqualTo(1001 + reason.ordinal());
    }
  }

  @Test
  void shouldOnlyGrowAndEndExactWhenAnotherThreadReads() throws InterruptedException {
    long events = 5_000_000;
    Thread worker =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long i = 0; i < events; i++) {
                    counters.increment(Counter.UDP_RECEIVED_DATAGRAMS);
                    counters.drop(DropReason.REPLAYED);
                  }
                });
    long last = 0;
    while (worker.isAlive()) {
      // Read in the opposite order of the writes: what was written later is never ahead.
      long drops = counters.get(DropReason.REPLAYED);
      long received = counters.get(Counter.UDP_RECEIVED_DATAGRAMS);
      if (drops < last || received < drops) {
        throw new AssertionError(last + " " + drops + " " + received);
      }
      last = drops;
    }
    worker.join();
    assertThat(counters.get(Counter.UDP_RECEIVED_DATAGRAMS)).isEqualTo(events);
    assertThat(counters.get(DropReason.REPLAYED)).isEqualTo(events);
  }
}
