package io.taltun.dataplane.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.session.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class WorkerMailboxTest {
  private static final int TOO_LONG_MS = 10_000;

  @AutoClose private final WorkerMailbox mailbox = new WorkerMailbox();
  @AutoClose private final Epoll epoll = new Epoll();

  WorkerMailboxTest() throws SystemCallException {
    epoll.add(mailbox.fd());
  }

  @Test
  void shouldGiveCommandsInOrderWhenOneThreadPosts() {
    List<WorkerCommand> posted = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      WorkerCommand command = new WorkerCommand.SendWaiting(new Peer(i, 1));
      posted.add(command);
      mailbox.post(command);
    }
    assertThat(epoll.await(TOO_LONG_MS)).isOne();
    assertThat(mailbox.ready()).isTrue();
    for (WorkerCommand each : posted) {
      assertThat(mailbox.take()).isSameAs(each);
    }
    assertThat(mailbox.take()).isNull();
  }

  @Test
  void shouldSleepAgainWhenEverythingWasTaken() {
    assertThat(epoll.await(0)).isZero();
    assertThat(mailbox.ready()).isFalse();
    mailbox.signal();
    mailbox.signal();
    assertThat(epoll.await(TOO_LONG_MS)).isOne();
    assertThat(mailbox.ready()).isTrue();
    assertThat(mailbox.take()).isNull();
    assertThat(mailbox.ready()).isFalse();
    assertThat(epoll.await(0)).isZero();
  }

  /** Trap 26. */
  @Test
  void shouldLoseNoWakeUpWhenManyThreadsPostToASleepingWorker() throws InterruptedException {
    int posters = 4;
    int rounds = 20_000;
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < posters; t++) {
      WorkerCommand command = new WorkerCommand.SendKeepalive(new Peer(t, 1));
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < rounds; i++) {
                      mailbox.post(command);
                      if (i % 64 == 0) {
                        Thread.yield(); // lets the worker fall asleep
                      }
                    }
                  }));
    }
    int[] taken = new int[posters];
    int idle = 0;
    while (sum(taken) < posters * rounds) {
      assertThat(epoll.await(TOO_LONG_MS)).as("wake-ups after %d", sum(taken)).isOne();
      idle += obey(taken) ? 0 : 1;
      // A worker with packets to move looks again after each batch.
      for (int batch = 0; batch < 100; batch++) {
        obey(taken);
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(taken).containsOnly(rounds);
    // What is still signalled belongs to commands already taken: one look takes it back.
    mailbox.ready();
    assertThat(epoll.await(0)).as("the descriptor is readable with nobody to drain it").isZero();
    assertThat(idle).as("wake-ups that nothing explains").isZero();
  }

  /** A signal that nobody takes back would wake the worker for ever. */
  @Test
  void shouldLeaveNoSignalBehindWhenTheWorkerLooksBetweenAPostersSteps() {
    assertThat(mailbox.claim()).isTrue();
    assertThat(mailbox.ready()).as("early").isTrue();
    assertThat(epoll.await(0)).isZero();
    mailbox.ring();
    assertThat(epoll.await(TOO_LONG_MS)).isOne();
    assertThat(mailbox.ready()).as("woken").isTrue();
    assertThat(epoll.await(0)).isZero();
    assertThat(mailbox.ready()).isFalse();
  }

  private boolean obey(int[] taken) {
    if (!mailbox.ready()) {
      return false;
    }
    for (WorkerCommand next = mailbox.take(); next != null; next = mailbox.take()) {
      taken[((WorkerCommand.SendKeepalive) next).peer().slot()]++;
    }
    return true;
  }

  private static int sum(int[] taken) {
    return IntStream.of(taken).sum();
  }
}
