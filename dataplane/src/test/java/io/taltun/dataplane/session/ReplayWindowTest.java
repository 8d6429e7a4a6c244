package io.taltun.dataplane.session;

import static io.taltun.dataplane.session.ReplayWindow.REJECT_AFTER_MESSAGES;
import static io.taltun.dataplane.session.ReplayWindow.SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Seed;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
  /** The distance between a counter and the greatest that makes it too old. */
  private static final long T_LIM = SIZE + 1;

  private final ReplayWindow window = new ReplayWindow();

  @Test
  void shouldAcceptEachCounterOnceWhenCountersComeInOrder() {
    for (long counter = 0; counter < 3 * SIZE; counter++) {
      accepted(counter);
      refused(counter);
    }
  }

  @Test
  void shouldAcceptEachCounterOnceWhenCountersComeBackwards() {
    for (long counter = SIZE; counter >= 0; counter--) {
      accepted(counter);
    }
    for (long counter = SIZE; counter >= 0; counter--) {
      refused(counter);
    }
  }

  @Test
  void shouldJudgeAsTheOtherWhenItGoesOnFromItsCopy() {
    RandomGenerator random = Seed.random();
    long base = 0;
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < 500; i++) {
        window.accept(base + random.nextLong(3 * SIZE));
      }
      ReplayWindow other = new ReplayWindow();
      other.restore(window.copy());
      assertThat(other.accepted()).isEqualTo(window.accepted());
      assertThat(other.expected()).isEqualTo(window.expected());
      for (int i = 0; i < 2000; i++) {
        long counter = Math.max(0, base + random.nextLong(6 * SIZE) - 2 * SIZE);
        assertThat(other.surelyRefuses(counter)).isEqualTo(window.surelyRefuses(counter));
        assertThat(other.accept(counter)).isEqualTo(window.accept(counter));
      }
      base += random.nextLong(4 * SIZE);
    }
  }

  /** Sequences around the window's edge, in the way the kernel and wireguard-go test theirs. */
  @Test
  void shouldKeepTheExactEdgeWhenTheWindowMoves() {
    accepted(0);
    accepted(1);
    refused(1);
    accepted(9);
    accepted(8);
    accepted(7);
    refused(7);
    accepted(T_LIM);
    accepted(T_LIM - 1);
    refused(T_LIM - 1);
    accepted(T_LIM - 2);
    accepted(2);
    refused(2);
    accepted(T_LIM + 16);
    refused(3);
    accepted(T_LIM + 15);
    refused(T_LIM + 16);
    refused(16);
    accepted(17);
    accepted(4 * T_LIM);
    refused(4 * T_LIM - T_LIM);
    refused(10);
    refused(4 * T_LIM);
    accepted(4 * T_LIM - (T_LIM - 1));
    accepted(4 * T_LIM + 1);
    refused(4 * T_LIM - (T_LIM - 1));
    refused(0);
  }

  @Test
  void shouldForgetNothingWhenACounterRunsAheadOfTheRest() {
    for (int i = 1; i <= SIZE; i++) {
      accepted(i);
    }
    accepted(0);
    refused(0);
    accepted(SIZE + 1);
    refused(0);
    for (int i = 1; i <= SIZE + 1; i++) {
      refused(i);
    }
  }

  @Test
  void shouldAcceptCountersBehindTheGreatestWhenTheWindowJumpedOverThem() {
    accepted(5);
    long greatest = 1L << 40;
    accepted(greatest);
    for (long behind = SIZE; behind > 0; behind--) {
      accepted(greatest - behind);
    }
    refused(greatest - SIZE - 1);
    for (long behind = SIZE; behind >= 0; behind--) {
      refused(greatest - behind);
    }
  }

  /** Trap 3: two threads that share a session never let one counter through twice. */
  @Test
  void shouldAcceptEachCounterExactlyOnceWhenThreadsHammer() throws InterruptedException {
    int counters = 200_000;
    AtomicIntegerArray accepted = new AtomicIntegerArray(counters);
    // Neither thread is ever more than half a window from the other, so nothing is too old.
    AtomicInteger[] progress = {new AtomicInteger(), new AtomicInteger()};
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int me = 0; me < 2; me++) {
      AtomicInteger mine = progress[me];
      AtomicInteger other = progress[1 - me];
      threads.add(
          new Thread(
              () -> {
                await(start);
                for (int counter = 0; counter < counters; counter++) {
                  while (counter - other.get() > SIZE / 2) {
                    Thread.yield();
                  }
                  if (window.accept(counter)) {
                    accepted.incrementAndGet(counter);
                  }
                  mine.set(counter + 1);
                }
              }));
    }
    threads.forEach(Thread::start);
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    for (int counter = 0; counter < counters; counter++) {
      assertThat(accepted.get(counter)).as("counter %d", counter).isEqualTo(1);
    }
  }

  /**
   * Trap 3: while one thread moves the window on in leaps, another asks about each counter before
   * it is accepted for the first time.
   */
  @Test
  void shouldNeverBeSureToRefuseACounterThatItGoesOnToAccept() throws InterruptedException {
    int counters = 2_000_000;
    AtomicBoolean done = new AtomicBoolean();
    Thread leaper =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long counter = SIZE; counter < counters; counter += 67) {
                    window.accept(counter);
                  }
                  done.set(true);
                });
    long wrong = 0;
    while (!done.get()) {
      for (long counter = 0; counter < counters; counter++) {
        boolean surelyRefused = window.surelyRefuses(counter);
        if (window.accept(counter) && surelyRefused) {
          wrong++;
        }
      }
    }
    leaper.join();
    assertThat(wrong).isZero();
  }

  /** Trap 4: reordering over 8192 packets loses none of them. */
  @Test
  void shouldAcceptAPacketWhenEightThousandOthersOvertookIt() {
    accepted(0);
    for (long counter = 2; counter <= 1 + 8192; counter++) {
      accepted(counter);
    }

    accepted(1);
    refused(1);
  }

  /** Trap 5: counters are 64 bit, unsigned, and end at the whitepaper's limit. */
  @Test
  void shouldRefuseCountersWhenTheyReachTheLimitOfMessages() {
    BigInteger limit =
        BigInteger.TWO.pow(64).subtract(BigInteger.TWO.pow(13)).subtract(BigInteger.ONE);
    assertThat(Long.toUnsignedString(REJECT_AFTER_MESSAGES)).isEqualTo(limit.toString());

    accepted(Integer.MAX_VALUE + 1L);
    accepted(Long.MAX_VALUE);
    accepted(Long.MIN_VALUE);
    accepted(Long.MIN_VALUE - 2);
    refused(Long.MAX_VALUE);
    refused(-1);
    refused(REJECT_AFTER_MESSAGES);
    refused(REJECT_AFTER_MESSAGES + 1);
    accepted(Long.MIN_VALUE + 1);
    accepted(REJECT_AFTER_MESSAGES - 1);
    refused(REJECT_AFTER_MESSAGES - 1);
    accepted(REJECT_AFTER_MESSAGES - 1 - SIZE);
    refused(REJECT_AFTER_MESSAGES - 2 - SIZE);
    refused(0);
  }

  @Test
  void shouldAgreeWithASetWhenSequencesAreRandom() {
    RandomGenerator random = Seed.random();
    for (int sequence = 0; sequence < 60; sequence++) {
      compareWithASet(random, sequence);
    }
  }

  @Test
  void shouldNotAllocateWhenAccepting() {
    long[] next = new long[1];

    long bytes =
        Allocation.afterWarmUp(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                next[0] += window.accept(next[0]) ? 1 : 2;
                window.accept(next[0] - 100);
                next[0] += window.surelyRefuses(next[0]) ? 1 : 0;
              }
            });

    assertThat(bytes).isZero();
  }

  private static void compareWithASet(RandomGenerator random, int sequence) {
    ReplayWindow fast = new ReplayWindow();
    CounterSet slow = new CounterSet();
    long base = sequence % 3 == 0 ? 0 : random.nextLong();
    long counter = base;
    for (int step = 0; step < 5_000; step++) {
      long greatest = slow.greatest();
      counter =
          switch (random.nextInt(16)) {
            case 0 -> greatest + random.nextLong(2 * SIZE + 200);
            case 1 -> greatest - random.nextLong(2 * SIZE);
            case 2 -> greatest - SIZE + random.nextInt(-2, 3);
            case 3 -> greatest - (greatest & 63) + random.nextInt(-1, 2);
            case 4 -> random.nextInt(50) == 0 ? greatest + random.nextLong(1L << 50) : greatest;
            case 5, 6, 7 -> greatest - random.nextLong(64);
            default -> step == 0 ? base : greatest + 1 + random.nextLong(3);
          };
      boolean inRange = Long.compareUnsigned(counter, REJECT_AFTER_MESSAGES) < 0;
      boolean expected = slow.accept(counter);
      boolean surelyRefused = fast.surelyRefuses(counter);
      assertThat(surelyRefused && expected)
          .as("hint, counter %d, seed %d, sequence %d", counter, Seed.VALUE, sequence)
          .isFalse();
      // With nobody else at work the hint leaves out nothing but the limit of messages.
      assertThat(surelyRefused || expected || !inRange)
          .as("hint, counter %d, seed %d, sequence %d", counter, Seed.VALUE, sequence)
          .isTrue();
      assertThat(fast.accept(counter))
          .as("counter %d, seed %d, sequence %d", counter, Seed.VALUE, sequence)
          .isEqualTo(expected);
    }
  }

  private void accepted(long counter) {
    assertThat(window.accept(counter)).as(Long.toUnsignedString(counter)).isTrue();
  }

  private void refused(long counter) {
    assertThat(window.accept(counter)).as(Long.toUnsignedString(counter)).isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
