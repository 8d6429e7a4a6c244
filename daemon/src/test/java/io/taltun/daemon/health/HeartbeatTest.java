package io.taltun.daemon.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private long nowNs = Long.MAX_VALUE - 5;
  private final Deque<Runnable> asked = new ArrayDeque<>();
  private final Pulse prompt = new Pulse("taltun-control", Runnable::run, () -> nowNs);
  private final Pulse slow = new Pulse("taltun-worker-0", asked::add, () -> nowNs);
  private final Heartbeat heartbeat = new Heartbeat(List.of(prompt, slow), () -> nowNs);

  private void beat(int times) {
    for (int i = 0; i < times; i++) {
      heartbeat.beat();
      nowNs += 1_000_000_000;
    }
  }

  @Test
  void shouldBeWellWhileEverybodyAnswers() {
    for (int i = 0; i < 20; i++) {
      beat(1);
      asked.remove().run();
    }
    assertThat(heartbeat.health()).isEqualTo(Health.WELL);
  }

  @Test
  void shouldNameAThreadThatStallsAndForgiveItWhenItAnswers() {
    beat(Heartbeat.MOST_MISSED);
    assertThat(heartbeat.health().isWell()).isTrue();
    beat(1);
    assertThat(heartbeat.health().isWell()).isFalse();
    assertThat(heartbeat.health().reason()).isEqualTo("taltun-worker-0 has not answered for 5 s");
    asked.remove().run();
    beat(1);
    assertThat(heartbeat.health()).isEqualTo(Health.WELL);
  }

  @Test
  void shouldAskOnceUntilItIsAnswered() {
    beat(100);
    assertThat(asked).hasSize(1);
  }

  @Test
  void shouldNotTakeASuspendedProcessForAStalledThread() {
    beat(2);
    nowNs += 60_000_000_000L;
    beat(1);
    assertThat(heartbeat.health().isWell()).isTrue();
  }

  @Test
  void shouldNotBeWellWhenItBeatsNoMore() {
    beat(1);
    nowNs += Heartbeat.MOST_SILENCE_NS;
    assertThat(heartbeat.health().reason()).isEqualTo("the heartbeat itself is silent");
  }

  @Test
  void shouldTellItsListenersOfEachBeat() {
    List<Health> heard = new ArrayList<>();
    heartbeat.listen(heard::add);
    beat(Heartbeat.MOST_MISSED + 1);
    assertThat(heard).hasSize(Heartbeat.MOST_MISSED + 1).startsWith(Health.WELL);
    assertThat(heard.getLast().isWell()).isFalse();
  }

  @Test
  void shouldMeasureTheTimeFromQuestionToAnswer() {
    heartbeat.beat();
    nowNs += 3_000_000;
    asked.remove().run();
    assertThat(slow.delays().sum()).isEqualTo(3_000_000);
    assertThat(prompt.delays().sum()).isZero();
    assertThat(prompt.delays().count(0)).isEqualTo(1);
  }

  @Test
  void shouldBeatByItselfUntilItIsStopped() throws InterruptedException {
    CountDownLatch beaten = new CountDownLatch(2);
    Heartbeat real = new Heartbeat(List.of(new Pulse("test", Runnable::run)));
    real.listen(health -> beaten.countDown());
    real.start();
    beaten.await();
    real.stop();
    assertThat(real.health()).isEqualTo(Health.WELL);
  }
}
