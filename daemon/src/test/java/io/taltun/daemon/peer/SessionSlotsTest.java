package io.taltun.daemon.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionSlotsTest {
  private final SessionSlots slots = new SessionSlots();
  private final SessionLife a = session(1);
  private final SessionLife b = session(2);
  private final SessionLife c = session(3);

  @Test
  void shouldMakeNewCurrentAndOldPreviousWhenInitiator() {
    assertThat(slots.installAsInitiator(a)).isEmpty();
    assertThat(slots.installAsInitiator(b)).isEmpty();
    assertThat(slots.installAsInitiator(c)).containsExactly(a);
    assertSlots(c, b, null);
  }

  @Test
  void shouldDemoteWaitingNextWhenInitiator() {
    slots.installAsInitiator(a);
    slots.installAsResponder(b);
    assertThat(slots.installAsInitiator(c)).containsExactly(a);
    assertSlots(c, b, null);
  }

  @Test
  void shouldReplaceNextOnlyWhenResponder() {
    slots.installAsInitiator(a);
    slots.installAsResponder(b);
    assertThat(slots.installAsResponder(c)).containsExactly(b);
    assertSlots(a, null, c);
  }

  @Test
  void shouldMoveUpWhenConfirmed() {
    slots.installAsInitiator(a);
    slots.installAsInitiator(b);
    slots.installAsResponder(c);
    assertThat(slots.confirmNext()).containsExactly(a);
    assertSlots(c, b, null);
  }

  @Test
  void shouldGiveBackAllWhenCleared() {
    slots.installAsInitiator(a);
    slots.installAsInitiator(b);
    slots.installAsResponder(c);
    assertThat(slots.clear()).containsExactly(b, a, c);
    assertSlots(null, null, null);
  }

  private void assertSlots(SessionLife current, SessionLife previous, SessionLife next) {
    assertThat(slots.current()).isSameAs(current);
    assertThat(slots.previous()).isSameAs(previous);
    assertThat(slots.next()).isSameAs(next);
  }

  private static SessionLife session(int index) {
    return new SessionLife(index, -index, true, 0, 0);
  }
}
