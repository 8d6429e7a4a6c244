package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkShareTest {
  private static final long START = Long.MAX_VALUE - 500;

  private final WorkShare share = new WorkShare(4, 100, START);

  /** Trap 11. */
  @Test
  void shouldAllowAQuarterOfTheTimeWhenThereIsAlwaysWork() {
    long spent = 0;
    long now = START;
    for (; now - START < 100_000; now++) {
      if (share.available(now)) {
        share.spend(7);
        spent += 7;
      }
    }
    assertThat(spent).isBetween(25_000L, 25_000L + 100 + 7);
  }

  @Test
  void shouldSayWhenSomethingIsLeftAgain() {
    assertThat(share.available(START)).isTrue();
    assertThat(share.availableInNs()).isZero();
    share.spend(150);
    assertThat(share.available(START)).isFalse();
    long in = share.availableInNs();
    assertThat(in).isEqualTo(4 * 51);
    assertThat(share.available(START + in)).isTrue();
  }

  @Test
  void shouldNotSaveUpMoreThanTheBurst() {
    assertThat(share.available(START + 1_000_000)).isTrue();
    share.spend(100);
    assertThat(share.available(START + 1_000_000)).isFalse();
  }
}
