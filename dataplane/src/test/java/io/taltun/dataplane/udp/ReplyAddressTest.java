package io.taltun.dataplane.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageHeader;
import io.taltun.dataplane.os.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Trap 31: a peer is answered from the address that it spoke to, as long as that works. */
class ReplyAddressTest {
  private static final int LENGTH = 100;
  private static final int LOOPBACK = 1;
  private static final int FIRST = 0x7f00_0001;
  private static final int SECOND = 0x7f00_0002;

  /** TEST-NET-2: no address of any host. */
  private static final LocalAddress GONE = LocalAddress.ofIpv4(0xc633_6401, LOOPBACK);

  @AutoClose private final Arena arena = Arena.ofConfined();
  @AutoClose private final UdpSocketPair gateway = UdpSocketPair.open(1, 0, 0).getFirst();
  @AutoClose private final UdpSocketPair peer = UdpSocketPair.open(1, 0, 0).getFirst();
  @AutoClose private final ReceiveBatch received = new ReceiveBatch(arena);

  private final Counters counters = new Counters();

  @AutoClose
  private final SendBatch sends =
      new SendBatch(arena, gateway.ipv4(), gateway.ipv6(), true, counters);

  private final Endpoint peer4 = Endpoint.ofIpv4(FIRST, peer.localPort());

  ReplyAddressTest() throws SystemCallException {}

  @Test
  void shouldAnswerFromTheSecondAddressWhenThePeerSpokeToIt() throws Exception {
    try (DatagramSocket client = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
      client.setSoTimeout(10_000);
      // A connected socket takes nothing from elsewhere, as a strict NAT.
      client.connect(new InetSocketAddress("127.0.0.2", gateway.localPort()));
      client.send(new DatagramPacket(new byte[LENGTH], LENGTH));
      Endpoint endpoint = Arrival.endpoint(awaitArrival(gateway.ipv4()));
      assertThat(endpoint.port()).isEqualTo(client.getLocalPort());
      assertThat(endpoint.local().ipv4()).isEqualTo(SECOND);
      assertThat(endpoint.local().interfaceIndex()).isEqualTo(LOOPBACK);
      add(endpoint, 7);
      sends.flush();
      assertThat(word(client)).isEqualTo(7);
    }
  }

  @Test
  void shouldLearnTheAddressWhenThePeerSpeaksOverIpv6() throws IOException {
    try (DatagramSocket client = new DatagramSocket(new InetSocketAddress("::1", 0))) {
      client.setSoTimeout(10_000);
      InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("::1"), port(gateway));
      client.send(new DatagramPacket(new byte[LENGTH], LENGTH, to));
      Endpoint endpoint = Arrival.endpoint(awaitArrival(gateway.ipv6()));
      assertThat(endpoint.local().high()).isZero();
      assertThat(endpoint.local().low()).isOne();
      add(endpoint, 8);
      sends.flush();
      assertThat(word(client)).isEqualTo(8);
    }
  }

  /** Several control messages in one: address, mark and segment size. */
  @Test
  void shouldLeaveFromThereWhenDatagramsAreJoinedAndMarked() {
    Endpoint to = peer4.at(LocalAddress.ofIpv4(SECOND, LOOPBACK));
    Endpoint to6 = Endpoint.ofIpv6(0, 1, peer4.port(), 0).at(LocalAddress.ofIpv6(0, 1, LOOPBACK));
    for (int i = 0; i < 10; i++) {
      add(to, i, 2);
    }
    for (int i = 0; i < 10; i++) {
      add(to6, i, 1);
    }
    sends.flush();
    assertThat(counters.get(Counter.UDP_SENT_MESSAGES)).isEqualTo(2);
    assertThat(counters.get(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(20);
    long arrival = awaitArrival(peer.ipv4());
    assertThat(Arrival.endpoint(arrival).ipv4()).isEqualTo(SECOND);
    assertThat(Arrival.trafficClass(arrival)).isEqualTo(2);
    arrival = awaitArrival(peer.ipv6());
    assertThat(Arrival.endpoint(arrival).ipv6Low()).isOne();
    assertThat(Arrival.trafficClass(arrival)).isOne();
  }

  @Test
  void shouldJoinOnlyWhatIsMarkedAlikeWhenMarksAlternate() {
    int[] marks = {0, 0, 2, 2, 3, 0};
    for (int i = 0; i < marks.length; i++) {
      add(peer4, i, marks[i]);
    }
    sends.flush();
    assertThat(counters.get(Counter.UDP_SENT_MESSAGES)).isEqualTo(4);
    assertThat(Sockets.receive(peer.ipv4(), 6)).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void shouldGoOnFromAnotherAddressWhenItsOwnIsGone() {
    Endpoint to = peer4.at(GONE);
    add(peer4, 1);
    add(to, 2);
    add(peer4, 3);
    sends.flush();
    assertThat(GONE.givenUp()).isTrue();
    assertThat(counters.get(Counter.LOCAL_ADDRESSES_GIVEN_UP)).isOne();
    for (int i = 4; i < 8; i++) {
      add(to, i);
    }
    long calls = counters.get(Counter.UDP_SEND_CALLS);
    sends.flush();
    assertThat(counters.get(Counter.UDP_SEND_CALLS)).as("no more attempts").isEqualTo(calls + 1);
    assertThat(Sockets.receive(peer.ipv4(), 7)).containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(counters.get(Counter.LOCAL_ADDRESSES_GIVEN_UP)).isOne();
    assertThat(counters.get(DropReason.SEND_FAILED)).isZero();
  }

  @Test
  void shouldGoOnFromAnotherAddressWhenItsOwnIsGoneOverIpv6() {
    LocalAddress gone = LocalAddress.ofIpv6(0x2001_0db8L << 32, 1, LOOPBACK);
    add(Endpoint.ofIpv6(0, 1, peer4.port(), 0).at(gone), 1);
    sends.flush();
    assertThat(gone.givenUp()).isTrue();
    assertThat(Sockets.receive(peer.ipv6(), 1)).containsExactly(1);
  }

  @Test
  void shouldStayJoinedWhenOnlyTheAddressIsGone() {
    LocalAddress gone = LocalAddress.ofIpv4(0xc633_6402, LOOPBACK);
    for (int i = 0; i < 10; i++) {
      add(peer4.at(gone), i);
    }
    Endpoint joined = peer4.at(gone);
    for (int i = 10; i < 20; i++) {
      add(joined, i);
    }
    sends.flush();
    assertThat(Sockets.receive(peer.ipv4(), 20)).hasSize(20).isSorted();
    assertThat(counters.get(Counter.UDP_OFFLOAD_REFUSALS)).isZero();
    assertThat(sends.cutting()).isTrue();
  }

  /** Trap 13 and 31 at once: nothing is lost. */
  @Test
  void shouldLoseNothingWhenTheAddressIsGoneAndTheKernelDoesNotCut() {
    LocalAddress gone = LocalAddress.ofIpv4(0xc633_6403, LOOPBACK);
    Endpoint to = peer4.at(gone);
    try (SendBatch apart =
        new SendBatch(arena, new NotCutting(gateway.ipv4()), null, true, counters)) {
      for (int i = 0; i < 10; i++) {
        NativeMemory.putInt(apart.reserve(), i);
        apart.add(to, LENGTH, 2);
      }
      apart.flush();
    }
    assertThat(Sockets.receive(peer.ipv4(), 10)).hasSize(10).isSorted();
    assertThat(gone.givenUp()).isTrue();
    assertThat(counters.get(Counter.LOCAL_ADDRESSES_GIVEN_UP)).isOne();
  }

  @Test
  void shouldKeepTheAddressWhenThereIsNoWayFromAnyOther() {
    LocalAddress local = LocalAddress.ofIpv4(FIRST, LOOPBACK);
    add(Endpoint.ofIpv4(FIRST, 0).at(local), 1); // port 0: EINVAL whatever the source
    sends.flush();
    assertThat(local.givenUp()).isFalse();
    assertThat(counters.get(DropReason.SEND_FAILED)).isOne();
  }

  @Test
  void shouldMatchOnlyWhereItCameToWhenTheEndpointIsTheSame() {
    long at = arena.allocate(Arrival.SIZE, 8).address();
    SocketAddress.write(peer4, at);
    assertThat(Arrival.matches(peer4, at)).as("neither says").isTrue();
    LocalAddress local = LocalAddress.ofIpv4(SECOND, LOOPBACK);
    Endpoint known = peer4.at(local);
    assertThat(Arrival.matches(known, at)).as("the kernel did not say").isTrue();
    long info = arena.allocate(12, 8).address();
    NativeMemory.putInt(info, LOOPBACK);
    NativeMemory.putIntBe(info + 4, SECOND);
    Arrival.take(at, MessageHeader.IPPROTO_IP, MessageHeader.IP_PKTINFO, info);
    assertThat(Arrival.matches(known, at)).isTrue();
    assertThat(Arrival.matches(peer4, at)).as("not known yet").isFalse();
    assertThat(Arrival.matches(peer4.at(LocalAddress.ofIpv4(FIRST, LOOPBACK)), at)).isFalse();
    assertThat(Arrival.endpoint(at).sameWayAs(known)).isTrue();
    local.giveUp();
    assertThat(Arrival.matches(known, at)).as("heard there again").isFalse();
    assertThat(Arrival.endpoint(at).sameWayAs(known)).isFalse();
    assertThat(Arrival.endpoint(at)).as("the peer's end").isEqualTo(known);
  }

  private void add(Endpoint to, int number) {
    add(to, number, 0);
  }

  private void add(Endpoint to, int number, int trafficClass) {
    NativeMemory.putInt(sends.reserve(), number);
    sends.add(to, LENGTH, trafficClass);
  }

  private long awaitArrival(UdpSocket socket) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (received.receive(socket) <= 0) {
      assertThat(deadlineNs - System.nanoTime()).as("time left").isPositive();
    }
    return received.arrival(0);
  }

  private static int port(UdpSocketPair pair) {
    try {
      return pair.localPort();
    } catch (SystemCallException e) {
      throw new AssertionError(e);
    }
  }

  private static int word(DatagramSocket client) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[LENGTH], LENGTH);
    client.receive(packet);
    return packet.getData()[0];
  }

  /** A kernel that takes no joined datagrams. */
  private record NotCutting(MessageSocket socket) implements MessageSocket {
    @Override
    public int receive(long messages, int count) {
      return socket.receive(messages, count);
    }

    @Override
    public int send(long messages, int count) {
      long cut = MessageHeader.control(messages, MessageHeader.SOL_UDP, MessageHeader.UDP_SEGMENT);
      return cut != 0 ? -Errno.EIO : socket.send(messages, count);
    }

    @Override
    public int newOverflows(int total) {
      return 0;
    }
  }
}
