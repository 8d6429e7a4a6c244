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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No error of one message, whatever it is, costs another one. */
class SendErrorsTest {
  private static final int LENGTH = 100;
  private static final int BAD = -1;

  @AutoClose private final Arena arena = Arena.ofConfined();
  @AutoClose private final UdpSocketPair sender = UdpSocketPair.open(1, 0, 0).getFirst();
  @AutoClose private final UdpSocketPair receiver = UdpSocketPair.open(1, 0, 0).getFirst();

  private final Counters counters = new Counters();
  private final Endpoint good = Endpoint.ofIpv4(0x7f00_0001, receiver.localPort());
  private final Endpoint bad = Endpoint.ofIpv4(0x7f00_0001, 9);

  SendErrorsTest() throws SystemCallException {}

  @ParameterizedTest
  @CsvSource({
    Errno.ENETUNREACH + ",SEND_UNREACHABLE",
    Errno.EHOSTUNREACH + ",SEND_UNREACHABLE",
    Errno.ENETDOWN + ",SEND_UNREACHABLE",
    Errno.EPERM + ",SEND_FORBIDDEN",
    Errno.EACCES + ",SEND_FORBIDDEN",
    Errno.EMSGSIZE + ",SEND_TOO_LONG",
    Errno.ENOBUFS + ",SEND_BUFFER_FULL",
    Errno.ENOMEM + ",SEND_BUFFER_FULL",
    Errno.ECONNREFUSED + ",SEND_FAILED",
    Errno.EINVAL + ",SEND_FAILED"
  })
  void shouldSendAllOthersAndCountWhyWhenOneFails(int errno, DropReason reason) {
    try (SendBatch batch = batch(errno, Integer.MAX_VALUE)) {
      for (int i = 0; i < 20; i++) {
        add(batch, i % 4 == 1 ? bad : good, i % 4 == 1 ? BAD : i);
      }
      batch.flush();
      assertThat(batch.cutting()).isTrue();
    }
    assertThat(Sockets.receive(receiver.ipv4(), 15)).hasSize(15).isSorted();
    assertThat(counters.get(reason)).isEqualTo(5);
    assertThat(counters.get(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(15);
  }

  /** An ICMP error that the socket kept is of an earlier datagram. */
  @Test
  void shouldSendTheMessageItselfWhenTheErrorWasOfAnother() {
    try (SendBatch batch = batch(Errno.ECONNREFUSED, 1)) {
      Endpoint here = Endpoint.ofIpv4(0x7f00_0001, good.port());
      for (int i = 0; i < 5; i++) {
        add(batch, here, i == 0 ? BAD : i);
      }
      batch.flush();
    }
    assertThat(Sockets.receive(receiver.ipv4(), 5)).containsExactly(BAD, 1, 2, 3, 4);
    assertThat(counters.get(DropReason.SEND_FAILED)).isZero();
  }

  /** A firewall's no does not depend on how long the message is: nothing is taken apart for it. */
  @Test
  void shouldDropJoinedDatagramsAtOnceWhenAFirewallForbidsThem() {
    try (SendBatch batch = batch(Errno.EPERM, Integer.MAX_VALUE)) {
      for (int i = 0; i < 10; i++) {
        add(batch, bad, BAD);
      }
      batch.flush();
    }
    assertThat(counters.get(DropReason.SEND_FORBIDDEN)).isEqualTo(10);
    assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isZero();
    assertThat(counters.get(Counter.UDP_SEND_CALLS)).isOne();
  }

  /** A full send buffer has no room for what follows either. */
  @Test
  void shouldDropTheRestWhenTheSendBufferIsFull() {
    try (SendBatch batch = batch(Errno.EAGAIN, Integer.MAX_VALUE)) {
      add(batch, good, 1);
      add(batch, bad, BAD);
      add(batch, good, 2);
      batch.flush();
    }
    assertThat(Sockets.receive(receiver.ipv4(), 1)).containsExactly(1);
    assertThat(counters.get(DropReason.SEND_BUFFER_FULL)).isEqualTo(2);
  }

  private SendBatch batch(int errno, int times) {
    return new SendBatch(arena, new Failing(sender.ipv4(), errno, times), null, true, counters);
  }

  private static void add(SendBatch batch, Endpoint to, int number) {
    NativeMemory.putInt(batch.reserve(), number);
    batch.add(to, LENGTH, 0);
  }

  /** A kernel that answers some messages with an errno, and ends sendmmsg(2) there as it does. */
  private static final class Failing implements MessageSocket {
    private final MessageSocket socket;
    private final int errno;
    private int times;

    Failing(MessageSocket socket, int errno, int times) {
      this.socket = socket;
      this.errno = errno;
      this.times = times;
    }

    @Override
    public int receive(long messages, int count) {
      return socket.receive(messages, count);
    }

    @Override
    public int send(long messages, int count) {
      int fine = 0;
      while (fine < count && !fails(messages + (long) fine * MessageHeader.SIZE)) {
        fine++;
      }
      if (fine > 0) {
        return socket.send(messages, fine);
      }
      times--;
      return -errno;
    }

    private boolean fails(long header) {
      return times > 0 && NativeMemory.getInt(MessageHeader.buffer(header)) == BAD;
    }

    @Override
    public int newOverflows(int total) {
      return 0;
    }
  }
}
