package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.dataplane.path.ForwardingTables;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ControlThreadTest {
  /** Trap 26: nobody waits for a gateway that has stopped, however the two meet. */
  @Test
  void shouldCompleteEveryTaskWhenTheThreadEndsMeanwhile() throws Exception {
    for (int round = 0; round < 200; round++) {
      Control control = control(round);
      control.start();
      List<CompletableFuture<Integer>> asked = new ArrayList<>();
      Thread asker =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 100; i++) {
                      int answer = i;
                      asked.add(control.submit(() -> answer));
                    }
                  });
      control.stop();
      asker.join();
      for (int i = 0; i < asked.size(); i++) {
        int expected = i;
        assertThat(
                asked
                    .get(i)
                    .handle((answer, e) -> e != null || answer == expected)
                    .get(10, TimeUnit.SECONDS))
            .isTrue();
      }
      control.free();
    }
  }

  /**
   * Trap 26. A wake-up that is lost costs half a second, until the thread looks by itself: were all
   * lost this would take minutes.
   */
  @Test
  @Timeout(60)
  void shouldWakeUpForEachTaskWhenItSleeps() throws Exception {
    Control control = control(0);
    control.start();
    Thread thread = control.submit(Thread::currentThread).get();
    for (int i = 0; i < 400; i++) {
      // Every other time it is about to fall asleep.
      while (i % 2 == 0 && thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      int expected = i;
      assertThat(control.submit(() -> expected).get()).isEqualTo(expected);
    }
    control.stop();
    control.free();
  }

  private static Control control(int seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    PeerTable peers = new PeerTable(random, 1);
    ForwardingTables tables = new ForwardingTables(peers.sessions(), 1420, false);
    return new Control(
        new ControlThread(new NoFaults()),
        new WorkerGroup(List.of(), tables, 1484, () -> {}, new NoFaults()),
        tables,
        peers,
        Primitives.of("bouncycastle").aead(),
        random,
        System::nanoTime,
        1L << 30,
        PeerMemory.NONE);
  }
}
