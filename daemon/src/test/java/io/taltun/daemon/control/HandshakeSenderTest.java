package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.wire.CookieReply;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.Response;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import io.taltun.dataplane.udp.ReceiveBatch;
import io.taltun.dataplane.udp.UdpSocket;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Trap 31, for handshake messages; and their marks. */
class HandshakeSenderTest {
  private static final int SECOND = 0x7f00_0002;
  private static final int AF41 = 0x88;

  @AutoClose private final Arena arena = Arena.ofConfined();
  @AutoClose private final UdpSocketPair gateway = UdpSocketPair.open(1, 0, 0).getFirst();
  @AutoClose private final UdpSocketPair peer = UdpSocketPair.open(1, 0, 0).getFirst();
  @AutoClose private final ReceiveBatch received = new ReceiveBatch(arena);
  private final ControlCounters counters = new ControlCounters();
  @AutoClose private final HandshakeSender sender = new HandshakeSender(counters);

  private final Endpoint peer4 = Endpoint.ofIpv4(0x7f00_0001, peer.localPort());
  private final Endpoint peer6 = Endpoint.ofIpv6(0, 1, peer.localPort(), 0);

  HandshakeSenderTest() throws SystemCallException {
    sender.use(gateway);
  }

  @Test
  void shouldSendEveryMessageFromWhereThePeerSpokeToWhenThatIsKnown() {
    Endpoint to = peer4.at(LocalAddress.ofIpv4(SECOND, 1));
    expect(MessageType.INITIATION, Initiation.LENGTH, to, SECOND, AF41);
    expect(MessageType.RESPONSE, Response.LENGTH, to, SECOND, AF41);
    expect(MessageType.COOKIE_REPLY, CookieReply.LENGTH, to, SECOND, 0);
    expect(MessageType.INITIATION, Initiation.LENGTH, peer4, peer4.ipv4(), AF41);
  }

  @Test
  void shouldMarkMessagesWhenTheyGoOverIpv6() {
    assertThat(send(MessageType.RESPONSE, Response.LENGTH, peer6)).isTrue();
    assertThat(Arrival.trafficClass(await(peer.ipv6()))).isEqualTo(AF41);
  }

  @Test
  void shouldGoOnFromAnotherAddressWhenThatIsGone() {
    LocalAddress gone = LocalAddress.ofIpv4(0xc633_6401, 1); // TEST-NET-2
    Endpoint to = peer4.at(gone);
    expect(MessageType.RESPONSE, Response.LENGTH, to, peer4.ipv4(), AF41);
    assertThat(gone.givenUp()).isTrue();
    expect(MessageType.RESPONSE, Response.LENGTH, to, peer4.ipv4(), AF41);
  }

  @Test
  void shouldSayNoAndKeepTheAddressWhenTheMessageCannotGoAtAll() {
    LocalAddress local = LocalAddress.ofIpv4(SECOND, 1);
    Endpoint nowhere = Endpoint.ofIpv4(0x7f00_0001, 0).at(local);
    assertThat(send(MessageType.RESPONSE, Response.LENGTH, nowhere)).isFalse();
    assertThat(local.givenUp()).isFalse();
  }

  private void expect(int type, int length, Endpoint to, int from, int trafficClass) {
    assertThat(send(type, length, to)).isTrue();
    long arrival = await(peer.ipv4());
    assertThat(received.length(0)).isEqualTo(length);
    assertThat(Arrival.endpoint(arrival).ipv4()).isEqualTo(from);
    assertThat(Arrival.trafficClass(arrival)).isEqualTo(trafficClass);
  }

  private boolean send(int type, int length, Endpoint to) {
    byte[] message = new byte[length];
    message[0] = (byte) type;
    long unsent = counters.get(ControlCounter.MESSAGES_UNSENT);
    sender.send(null, message, length, to);
    sender.flush();
    return counters.get(ControlCounter.MESSAGES_UNSENT) == unsent;
  }

  private long await(UdpSocket socket) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (received.receive(socket) <= 0) {
      assertThat(deadlineNs - System.nanoTime()).as("time left").isPositive();
    }
    return received.arrival(0);
  }
}
