package io.taltun.dataplane.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.SystemCallException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static final long MICROSECOND_NS = 1_000;

  @AutoClose private final Epoll epoll = new Epoll();
  @AutoClose private final EventFd packets = new EventFd();

  // A reading takes a microsecond; one of them may see a packet come.
  private long nowNs = 1_000_000_000;
  private volatile int readings;
  private int packetAtReading = -1;

  WatchTest() throws SystemCallException {
    epoll.add(packets.fd());
  }

  private long read() {
    readings = readings + 1;
    if (readings == packetAtReading) {
      packets.signal();
    }
    return nowNs += MICROSECOND_NS;
  }

  private void packetComesAfter(long microseconds) {
    packets.signal();
    nowNs += microseconds * MICROSECOND_NS;
  }

  @Test
  void shouldLookOutForTheAnswerWhenAPacketCameAfterAPause() {
    Watch watch = new Watch(epoll, this::read, true);
    packetComesAfter(2_000);
    watch.await();
    packets.drain();
    packetAtReading = readings + 50;
    assertThat(watch.await()).as("without a sleep, which nobody would end").isOne();
    assertThat(readings).isEqualTo(packetAtReading + 1);
  }

  @Test
  void shouldSleepAtOnceWhenPacketsComeCloseTogether() {
    Watch watch = new Watch(epoll, this::read, true);
    packetComesAfter(2_000);
    watch.await();
    packetComesAfter(900);
    watch.await();
    int before = readings;
    packetComesAfter(0);
    watch.await();
    assertThat(readings - before).as("no lookout, one reading").isOne();
  }

  /** The lookout ends; then the worker sleeps, until something comes. */
  @Test
  void shouldSleepWhenNoAnswerComesInTime() throws InterruptedException {
    Watch watch = new Watch(epoll, this::read, true);
    packetComesAfter(2_000);
    watch.await();
    packets.drain();
    int before = readings;
    Thread sender = Thread.ofPlatform().unstarted(packets::signal);
    packetAtReading = -1;
    Thread waiter = Thread.ofPlatform().start(watch::await);
    while (waiter.getState() == Thread.State.NEW || readings - before < 150) {
      Thread.onSpinWait();
    }
    sender.start();
    sender.join();
    waiter.join();
    assertThat(readings - before).isBetween(150, 153);
  }

  @Test
  void shouldNeverLookOutWhenThereIsNoOtherCpu() {
    Watch watch = new Watch(epoll, this::read, false);
    packetComesAfter(2_000);
    watch.await();
    int before = readings;
    packetComesAfter(2_000);
    watch.await();
    assertThat(readings - before).isOne();
  }
}
