package io.taltun.dataplane.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageHeader;
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
  @AutoClose private final SendBatch batch = batch(sender, false);
  @AutoClose private final SendBatch joining = batch(sender, true);
  private final Endpoint ipv4 = Endpoint.ofIpv4(0x7f00_0001, receiver.localPort());
  private final Endpoint ipv6 = Endpoint.ofIpv6(0, 1, receiver.localPort(), 0);

  SendBatchTest() throws SystemCallException {}

  private SendBatch batch(UdpSocketPair from, boolean cutting) {
    return new SendBatch(arena, from.ipv4(), from.ipv6(), cutting, counters);
  }

  @Test
  void shouldKeepTheOrderOfEachFamilyWhenTheyAlternate() {
    for (int i = 0; i < SendBatch.MESSAGES; i++) {
      add(batch, i % 5 < 2 ? ipv4 : ipv6, i, LENGTH);
    }
    batch.flush();
    assertThat(batch.isEmpty()).isTrue();
    assertThat(Sockets.receive(receiver.ipv4(), 26)).hasSize(26).isSorted();
    assertThat(Sockets.receive(receiver.ipv6(), 38)).hasSize(38).isSorted();
    assertThat(counters.get(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(SendBatch.MESSAGES);
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
    assertThat(counters.get(DropReason.SEND_FAILED)).isEqualTo(2);
    assertThat(counters.get(DropReason.SEND_FORBIDDEN)).isEqualTo(2);
    assertThat(counters.get(DropReason.SEND_TOO_LONG)).isOne();
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
        SendBatch half = batch(each, false);
        add(half, ipv4, 1, LENGTH);
        add(half, ipv6, 2, LENGTH);
        add(half, ipv6, 3, LENGTH);
        add(half, ipv4, 4, LENGTH);
        half.flush();
        half.close();
        assertThat(each.localPort()).isPositive();
      }
    }
    assertThat(Sockets.receive(receiver.ipv4(), 2)).containsExactly(1, 4);
    assertThat(Sockets.receive(receiver.ipv6(), 2)).containsExactly(2, 3);
    assertThat(counters.get(DropReason.NO_SOCKET)).isEqualTo(4);
  }

  @Test
  void shouldSendOneMessageWhenDatagramsOfOneLengthGoToOneEndpoint() {
    for (int i = 0; i < 10; i++) {
      add(joining, ipv4, i, LENGTH);
    }
    add(joining, ipv4, 10, LENGTH - 1); // a shorter one may be the last
    add(joining, ipv4, 11, LENGTH - 1);
    add(joining, ipv4, 12, LENGTH);
    add(joining, ipv6, 13, LENGTH);
    joining.flush();
    assertThat(Sockets.receive(receiver.ipv4(), 13)).hasSize(13).isSorted();
    assertThat(Sockets.receive(receiver.ipv6(), 1)).containsExactly(13);
    assertThat(counters.get(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(14);
    assertThat(counters.get(Counter.UDP_SENT_MESSAGES)).isEqualTo(4);
    assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isZero();
  }

  @Test
  void shouldKeepToTheKernelsLimitsWhenManyDatagramsAreJoined() {
    for (int i = 0; i < 130; i++) {
      add(joining, ipv4, i, LENGTH);
    }
    joining.flush();
    assertThat(Sockets.receive(receiver.ipv4(), 130)).hasSize(130).isSorted();
    assertThat(counters.get(Counter.UDP_SENT_MESSAGES)).isEqualTo(3);
    for (int i = 0; i < 50; i++) {
      add(joining, ipv4, i, 1452);
    }
    joining.flush();
    assertThat(Sockets.receive(receiver.ipv4(), 50)).hasSize(50).isSorted();
    assertThat(counters.get(Counter.UDP_SENT_MESSAGES)).isEqualTo(5);
    assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isZero();
  }

  /** Trap 13: a device without checksum offload answers EIO; nothing is lost, and it stays off. */
  @Test
  void shouldSendOneByOneFromThenOnWhenTheKernelCannotCut() {
    Refusing refusing = new Refusing(sender.ipv4(), Errno.EIO);
    try (SendBatch refused = new SendBatch(arena, refusing, null, true, counters)) {
      for (int i = 0; i < 10; i++) {
        add(refused, ipv4, i, LENGTH);
      }
      refused.flush();
      assertThat(Sockets.receive(receiver.ipv4(), 10)).hasSize(10).isSorted();
      assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isOne();
      assertThat(refused.cutting()).isFalse();
      add(refused, ipv4, 1, LENGTH);
      add(refused, ipv4, 2, LENGTH);
      refused.flush();
      assertThat(Sockets.receive(receiver.ipv4(), 2)).containsExactly(1, 2);
      assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isOne();
    }
  }

  /** Trap 13: EINVAL says that a segment is longer than one path's MTU; other paths still cut. */
  @Test
  void shouldSendOneByOneToThatEndpointWhenItsSegmentsDoNotFitThePath() {
    Refusing refusing = new Refusing(sender.ipv4(), Errno.EINVAL);
    Endpoint other = Endpoint.ofIpv4(0x7f00_0002, 9);
    try (SendBatch refused = new SendBatch(arena, refusing, null, true, counters)) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10; i++) {
          add(refused, ipv4, i, LENGTH);
        }
        refused.flush();
        assertThat(Sockets.receive(receiver.ipv4(), 10)).hasSize(10).isSorted();
      }
      assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isOne();
      assertThat(refused.cutting()).isTrue();
      add(refused, other, 1, LENGTH);
      add(refused, other, 2, LENGTH);
      refused.flush();
      assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isEqualTo(2);
    }
  }

  /** A kernel that takes no joined datagrams. */
  private record Refusing(MessageSocket socket, int errno) implements MessageSocket {
    @Override
    public int receive(long messages, int count) {
      return socket.receive(messages, count);
    }

    @Override
    public int send(long messages, int count) {
      long cut = MessageHeader.control(messages, MessageHeader.SOL_UDP, MessageHeader.UDP_SEGMENT);
      return cut != 0 ? -errno : socket.send(messages, 1);
    }

    @Override
    public int newOverflows(int total) {
      return 0;
    }
  }

  private static void add(SendBatch batch, Endpoint to, int number, int length) {
    NativeMemory.putInt(batch.reserve(), number);
    batch.add(to, length, 0);
  }
}
