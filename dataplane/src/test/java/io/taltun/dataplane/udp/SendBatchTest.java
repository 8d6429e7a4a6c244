package io.taltun.dataplane.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SendBatchTest {
  private static final int LENGTH = 100;

  @AutoClose private final Arena arena = Arena.ofConfined();
  @AutoClose private final UdpSocketPair sender = UdpSocketPair.open(1, 0, 0).getFirst();
  @AutoClose private final UdpSocketPair receiver = UdpSocketPair.open(1, 0, 0).getFirst();

  private final Counters counters = new Counters();
  private final SendBatch batch = new SendBatch(arena, sender, counters);
  private final Endpoint ipv4 = Endpoint.ofIpv4(0x7f00_0001, receiver.localPort());
  private final Endpoint ipv6 = Endpoint.ofIpv6(0, 1, receiver.localPort(), 0);

  SendBatchTest() throws SystemCallException {}

  @Test
  void shouldKeepTheOrderOfEachFamilyWhenTheyAlternate() {
    for (int i = 0; i < SendBatch.SIZE; i++) {
      add(batch, i % 5 < 2 ? ipv4 : ipv6, i, LENGTH);
    }
    assertThat(batch.isFull()).isTrue();
    batch.flush();
    assertThat(batch.isEmpty()).isTrue();
    assertThat(Sockets.receive(receiver.ipv4(), 26)).hasSize(26).isSorted();
    assertThat(Sockets.receive(receiver.ipv6(), 38)).hasSize(38).isSorted();
    assertThat(counters.get(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(SendBatch.SIZE);
    assertThat(counters.get(Counter.UDP_SEND_CALLS)).isEqualTo(26);
  }

  @Test
  void shouldSendTheOthersWhenSomeCannotGo() {
    Endpoint noPort = Endpoint.ofIpv4(0x7f00_0001, 0);
    Endpoint broadcast = Endpoint.ofIpv4(-1, 9); // EACCES without SO_BROADCAST
    add(batch, noPort, -1, LENGTH);
    add(batch, ipv4, 1, LENGTH);
    add(batch, broadcast, -1, LENGTH);
    add(batch, broadcast, -1, LENGTH);
    add(batch, ipv4, 2, LENGTH);
    add(batch, ipv6, 3, SendBatch.CAPACITY + 100); // EMSGSIZE
    add(batch, ipv6, 4, LENGTH);
    add(batch, ipv4, 5, LENGTH);
    add(batch, noPort, -1, LENGTH);
    batch.flush();
    assertThat(Sockets.receive(receiver.ipv4(), 3)).containsExactly(1, 2, 5);
    assertThat(Sockets.receive(receiver.ipv6(), 1)).containsExactly(4);
    assertThat(counters.get(DropReason.SEND_FAILED)).isEqualTo(5);
    assertThat(counters.get(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(4);
  }

  /** An ICMP error of an earlier datagram is no failure of the next. */
  @Test
  void shouldSendOnWhenNobodyListensThereAndTheKernelSaysSo() throws SystemCallException {
    Endpoint gone;
    try (UdpSocketPair closed = UdpSocketPair.open(1, 0, 0).getFirst()) {
      gone = Endpoint.ofIpv4(0x7f00_0001, closed.localPort());
    }
    for (int i = 0; i < 10; i++) {
      add(batch, gone, -1, LENGTH);
      add(batch, ipv4, i, LENGTH);
      batch.flush();
    }
    assertThat(Sockets.receive(receiver.ipv4(), 10)).hasSize(10).isSorted();
    assertThat(counters.get(DropReason.SEND_FAILED)).isZero();
  }

  /** Trap 30. */
  @Test
  void shouldSendTheOtherFamilyWhenOneIsMissing() throws SystemCallException {
    try (UdpSocketPair four = Sockets.ipv4Only();
        UdpSocketPair six = Sockets.ipv6Only()) {
      for (UdpSocketPair each : new UdpSocketPair[] {four, six}) {
        SendBatch half = new SendBatch(arena, each, counters);
        add(half, ipv4, 1, LENGTH);
        add(half, ipv6, 2, LENGTH);
        add(half, ipv6, 3, LENGTH);
        add(half, ipv4, 4, LENGTH);
        half.flush();
        assertThat(each.localPort()).isPositive();
      }
    }
    assertThat(Sockets.receive(receiver.ipv4(), 2)).containsExactly(1, 4);
    assertThat(Sockets.receive(receiver.ipv6(), 2)).containsExactly(2, 3);
    assertThat(counters.get(DropReason.NO_SOCKET)).isEqualTo(4);
  }

  private static void add(SendBatch batch, Endpoint to, int number, int length) {
    NativeMemory.putInt(batch.next(), number);
    batch.add(to, length);
  }
}
