package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.B4;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.udp.MessageSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What recvmmsg(2) answers of an earlier datagram, as ICMP reported it, stops nothing. */
class ReceiveErrorTest {
  private static final long NOW = 1;

  @AutoClose private final PathPair pair = new PathPair();

  @ParameterizedTest
  @ValueSource(
      ints = {
        Errno.ECONNREFUSED,
        Errno.EHOSTUNREACH,
        Errno.ENETUNREACH,
        Errno.EMSGSIZE,
        Errno.EPERM,
        Errno.EACCES,
        Errno.ENOBUFS,
        Errno.ENOMEM
      })
  void shouldCountAndTakeWhatWaitsWhenACallFails(int errno) {
    pair.connect();
    pair.a.send(NOW, packet(A4, B4, 100));
    assertThat(pair.b.inbound.poll(new Failing(errno), NOW)).isFalse();
    assertThat(pair.b.count(Counter.UDP_RECEIVE_ERRORS)).isOne();
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100));
    assertThat(pair.b.drops()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EAGAIN, Errno.EINTR})
  void shouldNotCountWhenNothingWaits(int errno) {
    assertThat(pair.b.inbound.poll(new Failing(errno), NOW)).isFalse();
    assertThat(pair.b.count(Counter.UDP_RECEIVE_ERRORS)).isZero();
  }

  private record Failing(int errno) implements MessageSocket {
    @Override
    public int receive(long messages, int count) {
      return -errno;
    }

    @Override
    public int send(long messages, int count) {
      return -errno;
    }

    @Override
    public int newOverflows(int total) {
      return 0;
    }
  }
}
