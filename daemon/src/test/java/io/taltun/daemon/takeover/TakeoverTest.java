package io.taltun.daemon.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.daemon.control.DeviceTransfer;
import io.taltun.daemon.takeover.Giver.Outcome;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.tun.TunOffloads;
import io.taltun.dataplane.udp.UdpOffloads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The exchange, with an end at each of its moments. What must hold whatever happens: the next
 * process is told to go only after this one is committed, and this one goes on with its sessions
 * only if it never was.
 */
class TakeoverTest {
  private static final String NAME = "tal0";

  @TempDir private Path folder;

  private final EventFd descriptor = new EventFd();
  private final FakeGiver giver = new FakeGiver();
  private final BlockingQueue<Long> given = new LinkedBlockingQueue<>();
  private final Semaphore cameBack = new Semaphore(0);
  private final TakeoverServer.Owner owner =
      new TakeoverServer.Owner() {
        @Override
        public void given(long pid) {
          given.add(pid);
        }

        @Override
        public void cameBack() {
          cameBack.release();
        }
      };
  private TakeoverServer server;

  TakeoverTest() throws Exception {}

  private final class FakeGiver implements Giver {
    final DeviceTransfer state = new MadeUpDevice(new SplittableRandom(7)).device();
    final DeviceTransfer copy = new MadeUpDevice(new SplittableRandom(7)).device();
    final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    volatile boolean committed;

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Offer offer() {
      return new Offer(
          1,
          51820,
          0,
          TunOffloads.NONE,
          UdpOffloads.NONE,
          List.of("up"),
          List.of(descriptor.fd()),
          List.of(descriptor.fd()),
          List.of());
    }

    @Override
    public DeviceTransfer rehearsal() {
      return new MadeUpDevice(new SplittableRandom(8)).device();
    }

    @Override
    public Outcome standStill(Offer offered, Exchange exchange) {
      Outcome outcome = exchange.run(state, () -> committed = true);
      outcomes.add(outcome);
      return outcome;
    }

    Outcome outcome() throws InterruptedException {
      return outcomes.poll(30, TimeUnit.SECONDS);
    }
  }

  @BeforeEach
  void open() throws Exception {
    server = TakeoverServer.open(socket(), giver, owner);
  }

  @AfterEach
  void close() {
    server.close();
    descriptor.close();
  }

  private Path socket() {
    return folder.resolve("tal0.takeover");
  }

  private TakeoverClient client() throws TakeoverException {
    return TakeoverClient.connect(socket(), NAME);
  }

  private static void take(TakeoverClient next) throws TakeoverException {
    Offer offer = next.offer();
    offer.descriptors().forEach(Syscall::close);
    next.ready().erase();
  }

  @Test
  void shouldHandOverStateAndDescriptors() throws Exception {
    try (TakeoverClient next = client()) {
      Offer offer = next.offer();
      assertThat(offer.network()).containsExactly("up");
      assertThat(offer.workers()).isOne();
      // The same eventfd under another number: what is signalled here is seen there.
      descriptor.signal();
      assertThat(Syscall.awaitReadable(offer.queues().getFirst(), 5000)).isOne();
      offer.descriptors().forEach(Syscall::close);

      assertThat(next.ready()).usingRecursiveComparison().isEqualTo(giver.copy);
      assertThat(giver.committed).isFalse();
      next.prepared();
      assertThat(giver.committed).isTrue();
      next.running();
      next.done(1);
    }
    assertThat(giver.outcome()).isEqualTo(Outcome.GIVEN);
    assertThat(given.poll(30, TimeUnit.SECONDS)).isEqualTo(ProcessHandle.current().pid());
    giver.state.peers().forEach(peer -> assertThat(peer.presharedKey()).containsOnly(0));
  }

  @Test
  void shouldGoOnWhenTheNextEndsBeforeItIsReady() throws Exception {
    try (TakeoverClient next = client()) {
      next.offer().descriptors().forEach(Syscall::close);
    }
    shouldHandOverToAnother();
    assertThat(giver.outcomes).isEmpty();
  }

  private void shouldHandOverToAnother() throws Exception {
    try (TakeoverClient next = client()) {
      take(next);
      next.prepared();
      next.running();
      next.done(1);
    }
    assertThat(giver.outcome()).isEqualTo(Outcome.GIVEN);
  }

  @Test
  void shouldGoOnWithItsSessionsWhenTheNextEndsWithTheStateInItsHands() throws Exception {
    try (TakeoverClient next = client()) {
      take(next);
    }
    assertThat(giver.outcome()).isEqualTo(Outcome.KEPT);
    assertThat(giver.committed).isFalse();
    shouldHandOverToAnother();
  }

  @Test
  void shouldGoOnWithItsSessionsWhenTheNextRefuses() throws Exception {
    try (TakeoverClient next = client()) {
      take(next);
      next.refuse("no room");
      assertThat(giver.outcome()).isEqualTo(Outcome.KEPT);
    }
  }

  /** Two generals: the word to go may have been heard or not. */
  @Test
  void shouldGoOnWithoutItsSessionsWhenTheNextEndsOnceItMayRun() throws Exception {
    try (TakeoverClient next = client()) {
      take(next);
      next.prepared();
    }
    assertThat(giver.outcome()).isEqualTo(Outcome.LOST);
  }

  @Test
  void shouldGoOnWithoutItsSessionsWhenTheNextEndsAsItRuns() throws Exception {
    try (TakeoverClient next = client()) {
      take(next);
      next.prepared();
      next.running();
    }
    assertThat(giver.outcome()).isEqualTo(Outcome.LOST);
    assertThat(given).isEmpty();
  }

  @Test
  void shouldTellTheNextNeverToGoWhenItIsTooLate() throws Exception {
    try (TakeoverClient next = client()) {
      take(next);
      assertThat(giver.outcome()).as("it waits for two seconds").isEqualTo(Outcome.KEPT);
      assertThatThrownBy(next::prepared).isInstanceOf(TakeoverException.class);
    }
  }

  @Test
  void shouldRefuseAnotherDevice() {
    assertThatThrownBy(
            () -> {
              try (TakeoverClient next = TakeoverClient.connect(socket(), "tal1")) {
                next.offer();
              }
            })
        .hasMessage("this is tal0, not tal1");
  }

  @Test
  void shouldSayWhereNobodyListens() {
    assertThatThrownBy(() -> TakeoverClient.connect(folder.resolve("none"), NAME))
        .isInstanceOf(TakeoverException.class)
        .hasMessageContaining("no gateway named tal0 can be taken over")
        .hasMessageContaining("taltun up");
  }

  @Test
  void shouldLetOnlyItsOwnerIn() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
        .isEqualTo("rw-------");
    server.close();
    assertThat(socket()).doesNotExist();
    server = TakeoverServer.open(socket(), giver, owner);
  }

  @Test
  void shouldListenAgainWhenTheNextPutItsSocketInPlaceAndEnded() throws Exception {
    try (TakeoverClient next = client()) {
      take(next);
      next.prepared();
      next.running();
      Files.delete(socket());
      Files.createFile(socket());
    }
    assertThat(giver.outcome()).isEqualTo(Outcome.LOST);
    assertThat(cameBack.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    shouldHandOverToAnother();
  }
}
