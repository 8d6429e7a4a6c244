package io.taltun.daemon.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PresenceTest {
  private static final long START_NS = -5;
  private static final long DEAD_NS = Duration.ofSeconds(180).toNanos();

  private final Presence presence = new Presence();

  @Test
  void shouldComeOnlineOnceWhenSessionsFollowEachOther() {
    assertThat(presence.durationNs(START_NS)).isEqualTo(-1);
    assertThat(presence.onSession(START_NS)).isTrue();
    assertThat(presence.onSession(START_NS + 120)).isFalse();
    assertThat(presence.online()).isTrue();
    assertThat(presence.durationNs(START_NS + 130)).isEqualTo(130);
  }

  @Test
  void shouldGoOfflineExactlyWhenNothingCameForThreeMinutes() {
    presence.onSession(START_NS);
    long heardNs = START_NS + 7;
    assertThat(presence.onSample(heardNs, heardNs)).isFalse();
    assertThat(presence.onSample(heardNs, heardNs + DEAD_NS - 1)).isFalse();
    assertThat(presence.onSample(heardNs, heardNs + DEAD_NS)).isTrue();
    assertThat(presence.onSample(heardNs, heardNs + DEAD_NS + 1)).isFalse();
    assertThat(presence.online()).isFalse();
  }

  @Test
  void shouldCountASessionAsHeardWhenNoMessageFollows() {
    presence.onSession(START_NS);
    assertThat(presence.onSample(TrafficSample.NEVER, START_NS + DEAD_NS - 1)).isFalse();
    assertThat(presence.onSample(TrafficSample.NEVER, START_NS + DEAD_NS)).isTrue();
  }

  @Test
  void shouldNotEndWhenThePeerWasNeverThere() {
    assertThat(presence.onEnd(START_NS)).isFalse();
    assertThat(presence.onSample(TrafficSample.NEVER, START_NS + DEAD_NS)).isFalse();
  }

  @Test
  void shouldComeBackWithASessionWhenItEnded() {
    presence.onSession(START_NS);
    assertThat(presence.onEnd(START_NS + 1)).isTrue();
    assertThat(presence.onEnd(START_NS + 2)).isFalse();
    assertThat(presence.durationNs(START_NS + 11)).isEqualTo(10);
    assertThat(presence.onSession(START_NS + 12)).isTrue();
  }

  @Test
  void shouldGoOnAsAnotherProcessKnewIt() {
    presence.onSession(START_NS);
    Presence next = new Presence();
    next.restore(presence.copy());
    assertThat(next.onSession(START_NS + 1)).isFalse();
    assertThat(next.durationNs(START_NS + 11)).isEqualTo(11);
    assertThat(next.onSample(TrafficSample.NEVER, START_NS + 1 + DEAD_NS)).isTrue();
  }
}
