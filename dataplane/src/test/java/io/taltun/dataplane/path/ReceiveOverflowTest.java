package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.B4;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Syscall;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ReceiveOverflowTest {
  private static final long NOW = 1_000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int FLOOD = 60;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

  /** Nothing is joined: the kernel counts a joined message as one. */
  @AutoClose
  private final PathPair pair = new PathPair(new Side(false, false), new Side(false, false));

  @Test
  void shouldCountWhatTheSocketHadNoRoomFor() {
    pair.connect();
    int fd = pair.b.sockets().ipv4().fd();
    assertThat(Syscall.setOption(fd, SOL_SOCKET, SO_RCVBUF, 4_096)).isZero();
    for (int i = 0; i < FLOOD; i++) {
      pair.a.send(NOW, packet(A4, B4, 1_000));
    }
    int sent = FLOOD;
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (accountedFor() < sent && deadlineNs - System.nanoTime() > 0) {
      // The kernel says how many went with the next one that arrives.
      drain();
      pair.a.send(NOW, packet(A4, B4, 60));
      sent++;
      drain();
    }
    assertThat(accountedFor()).isEqualTo(sent);
    assertThat(pair.b.count(DropReason.RECEIVE_BUFFER_FULL)).isPositive();
    assertThat(pair.b.drops()).isEqualTo(pair.b.count(DropReason.RECEIVE_BUFFER_FULL));
  }

  private long accountedFor() {
    return pair.b.count(Counter.UDP_RECEIVED_DATAGRAMS)
        + pair.b.count(DropReason.RECEIVE_BUFFER_FULL);
  }

  private void drain() {
    while (pair.b.inbound.poll(pair.b.sockets().ipv4(), NOW)) {
      // until nothing waits
    }
  }
}
