package io.taltun.dataplane.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.SocketAddress;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ControlRingTest {
  private final AtomicInteger wakeUps = new AtomicInteger();

  @AutoClose private final ControlRing control = new ControlRing(wakeUps::incrementAndGet);
  private final RecordRing ring = control.reports();
  @AutoClose private final Arena arena = Arena.ofShared();

  private final long message = arena.allocate(ControlRing.MAX_MESSAGE, 8).address();
  private final long address = arena.allocate(Arrival.SIZE, 8).address();

  @Test
  void shouldRefuseWithoutAWakeUpWhenItIsFull() {
    for (int i = 0; i < ControlRing.REPORTS; i++) {
      assertThat(control.offer(ControlRing.HANDSHAKE_WANTED, i, 0, 0, 0)).isTrue();
    }
    assertThat(control.offer(ControlRing.HANDSHAKE_WANTED, -1, 0, 0, 0)).isFalse();
    assertThat(ring.size()).isEqualTo(ControlRing.REPORTS);
    assertThat(wakeUps).hasValue(ControlRing.REPORTS);
    assertThat(ring.backlog()).isEqualTo(ring.capacity()).isEqualTo(ControlRing.REPORTS);

    assertThat(ring.value()).isZero();
    ring.release();
    assertThat(control.offer(ControlRing.SESSION_CONFIRMED, 4711, 0, 0, 0)).isTrue();
    for (int i = 1; i < ControlRing.REPORTS; i++) {
      assertThat(ring.value()).isEqualTo(i);
      ring.release();
    }
    assertThat(ring.kind()).isEqualTo(ControlRing.SESSION_CONFIRMED);
    assertThat(ring.value()).isEqualTo(4711);
    ring.release();
    assertThat(ring.backlog()).isZero();
    assertThat(ring.size()).isZero();
  }

  /** Trap 11. */
  @Test
  void shouldHaveRoomForEverythingElseWhenInitiationsFillTheirs() {
    NativeMemory.clear(message, 148);
    for (int i = 0; i < ControlRing.HANDSHAKES; i++) {
      assertThat(control.offer(ControlRing.HANDSHAKE_MESSAGE, 0, 0, message, 148)).isTrue();
    }
    assertThat(control.offer(ControlRing.HANDSHAKE_MESSAGE, 0, 0, message, 148)).isFalse();
    assertThat(control.newcomers().size()).isEqualTo(ControlRing.HANDSHAKES);

    assertThat(control.offer(ControlRing.HANDSHAKE_MESSAGE, 1, 0, message, 92)).isTrue();
    for (int i = 132; i < 148; i++) {
      NativeMemory.clear(message, 148);
      NativeMemory.putByte(message + i, (byte) 1);
      assertThat(control.offer(ControlRing.HANDSHAKE_MESSAGE, i, 0, message, 148)).isTrue();
    }
    assertThat(control.underWay().size()).isEqualTo(1 + 16);
    assertThat(control.underWay().kind()).isEqualTo(ControlRing.HANDSHAKE_MESSAGE);
    assertThat(control.offer(ControlRing.SESSION_CONFIRMED, 4711, 0, 0, 0)).isTrue();
    assertThat(ring.size()).isOne();
    assertThat(ring.value()).isEqualTo(4711);
    assertThat(control.isEmpty()).isFalse();
  }

  @Test
  void shouldKeepRecordsWholeAndInOrderWhenTwoThreadsGoAroundIt() throws InterruptedException {
    int records = 50 * ControlRing.REPORTS;
    Thread worker =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < records; i++) {
                    int length = prepare(i);
                    while (!control.offer(2 + i % 3, i, address, message, length)) {
                      Thread.onSpinWait();
                    }
                  }
                });
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (int i = 0; i < records; i++) {
      while (ring.size() == 0) {
        assertThat(deadlineNs - System.nanoTime()).isPositive();
        Thread.onSpinWait();
      }
      verify(i);
      ring.release();
    }
    worker.join();
    assertThat(ring.size()).isZero();
    assertThat(wakeUps).hasValue(records);
  }

  private int prepare(int i) {
    int length = i % (ControlRing.MAX_MESSAGE + 1);
    for (int k = 0; k < length; k++) {
      NativeMemory.putByte(message + k, (byte) (i + k));
    }
    SocketAddress.write(endpoint(i), address);
    return length;
  }

  private void verify(int i) {
    int length = i % (ControlRing.MAX_MESSAGE + 1);
    boolean whole = ring.kind() == 2 + i % 3 && ring.value() == i && ring.length() == length;
    for (int k = 0; k < length; k++) {
      whole &= NativeMemory.getByte(ring.message() + k) == (byte) (i + k);
    }
    assertThat(whole).as("record %d", i).isTrue();
    assertThat(SocketAddress.read(ring.address())).isEqualTo(endpoint(i));
  }

  private static Endpoint endpoint(int i) {
    return i % 2 == 0
        ? Endpoint.ofIpv4(i, i & 0xffff)
        : Endpoint.ofIpv6(0x2001_0db8L << 32, i, i & 0xffff, i);
  }
}
