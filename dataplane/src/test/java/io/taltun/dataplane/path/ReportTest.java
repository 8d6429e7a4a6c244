package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.B4;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.RecordRing;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.SessionPair;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import io.taltun.dataplane.udp.SocketAddress;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final long NOW = 1_000;

  @AutoClose private final PathPair pair = new PathPair();

  /** What the control thread hears of B. */
  private final RecordRing ring = pair.b.control.reports();

  @Test
  void shouldReportTheEndpointOnceWhenAPeerMoved() {
    pair.connect();
    cross();
    assertThat(ring.size()).isZero();

    pair.peerA.setEndpoint(Endpoint.ofIpv4(0x7f00_0001, 1));
    cross();
    cross();
    expectMove(pair.a.ipv4());

    // Still not taken up, and the control thread is ready to hear of it again.
    pair.peerA.clearMove();
    cross();
    cross();
    expectMove(pair.a.ipv4());

    pair.peerA.setEndpoint(pair.a.ipv4());
    pair.peerA.clearMove();
    cross();
    assertThat(ring.size()).isZero();
  }

  @Test
  void shouldReportTheEndpointWhenItWasUnknownOrTheFamilyChanged() {
    pair.connect();
    pair.peerA.setEndpoint(null);
    cross();
    expectMove(pair.a.ipv4());
    pair.peerA.setEndpoint(pair.a.ipv4());
    pair.peerA.clearMove();
    pair.peerB.setEndpoint(pair.b.ipv6());
    cross();
    expectMove(pair.a.ipv6());
  }

  /** Trap 12: only what is authentic and new moves an endpoint. */
  @Test
  void shouldReportNoMoveWhenAStrangerSendsWhatHeHeard() {
    pair.connect();
    try (Tap tap = new Tap()) {
      pair.peerB.setEndpoint(tap.endpoint());
      pair.a.send(NOW, packet(A4, B4, 100));
      byte[] datagram = tap.capture();
      pair.peerA.setEndpoint(tap.endpoint());
      tap.inject(pair.b, datagram);
      pair.b.receive(1, NOW);
      pair.peerA.setEndpoint(pair.a.ipv4());
      datagram[40] ^= 1;
      tap.inject(pair.b, datagram);
      datagram[40] ^= 1;
      tap.inject(pair.b, datagram);
      pair.b.receive(2, NOW);
    }
    assertThat(ring.size()).isZero();
  }

  @Test
  void shouldReportTheMoveLaterWhenTheRingWasFull() {
    pair.connect();
    fillRing();
    pair.peerA.setEndpoint(null);
    cross();
    emptyRing();
    cross();
    expectMove(pair.a.ipv4());
  }

  @Test
  void shouldReportTheConfirmationOnceWhenTheNextSessionIsUsed() {
    SessionPair sessions = offerNext();
    cross();
    cross();
    expectConfirmation(sessions);
    pair.peerA.setKeypairs(new Keypairs(sessions.responder(), null, null));
    cross();
    assertThat(ring.size()).isZero();
  }

  @Test
  void shouldReportTheConfirmationLaterWhenTheRingWasFull() {
    SessionPair sessions = offerNext();
    fillRing();
    cross();
    emptyRing();
    cross();
    expectConfirmation(sessions);
  }

  @Test
  void shouldSendNothingWithTheNextSessionWhenItIsNotConfirmed() {
    offerNext();
    pair.b.send(NOW, packet(B4, A4, 100));
    assertThat(ring.kind()).isEqualTo(ControlRing.HANDSHAKE_WANTED);
  }

  /** The peer may have restarted: it does not know the old keys any more. */
  @Test
  void shouldAnswerWithTheNextSessionWhenItsFirstPacketCameAlthoughAnotherIsCurrent() {
    SessionPair old = pair.newSession(Long.MAX_VALUE, Long.MAX_VALUE);
    SessionPair sessions = offerNext();
    pair.peerA.setKeypairs(new Keypairs(old.responder(), null, sessions.responder()));
    cross();
    pair.b.send(NOW, packet(B4, A4, 100));
    pair.a.receive(1, NOW);
    assertThat(pair.a.wire.take()).isEqualTo(packet(B4, A4, 100));
    assertThat(sessions.responder().sendCounter()).isOne();
    assertThat(old.responder().sendCounter()).isZero();
  }

  /** A is the initiator; B answered and waits for the first packet. */
  private SessionPair offerNext() {
    SessionPair sessions = pair.newSession(Long.MAX_VALUE, Long.MAX_VALUE);
    pair.a.install(sessions.initiator());
    pair.b.install(sessions.responder());
    pair.peerA.setKeypairs(new Keypairs(null, null, sessions.responder()));
    return sessions;
  }

  private void cross() {
    pair.a.send(NOW, packet(A4, B4, 100));
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100));
  }

  private void fillRing() {
    while (pair.b.control.offer(ControlRing.HANDSHAKE_WANTED, 0, 0, 0, 0)) {
      // until it is full
    }
  }

  private void emptyRing() {
    while (ring.size() > 0) {
      assertThat(ring.kind()).isEqualTo(ControlRing.HANDSHAKE_WANTED);
      ring.release();
    }
  }

  /** Trap 31: the same peer now speaks to another address of this host. */
  @Test
  void shouldReportAMoveWhenAnAuthenticPacketCameToAnotherAddressOfThisHost() {
    pair.connect();
    Endpoint second = Endpoint.ofIpv4(0x7f00_0002, pair.b.ipv4().port());
    pair.peerB.setEndpoint(second.at(LocalAddress.ofIpv4(0x7f00_0001, 1)));
    cross();
    assertThat(ring.kind()).isEqualTo(ControlRing.ENDPOINT_MOVED);
    Endpoint moved = Arrival.endpoint(ring.address());
    assertThat(moved).isEqualTo(pair.a.ipv4());
    assertThat(moved.local().ipv4()).isEqualTo(0x7f00_0002);
    ring.release();
    pair.peerA.setEndpoint(moved);
    pair.peerA.clearMove();
    cross();
    assertThat(ring.size()).as("known now").isZero();
    moved.local().giveUp();
    cross();
    assertThat(Arrival.endpoint(ring.address()).local().givenUp()).as("heard again").isFalse();
  }

  private void expectMove(Endpoint to) {
    assertThat(ring.size()).isOne();
    assertThat(ring.kind()).isEqualTo(ControlRing.ENDPOINT_MOVED);
    assertThat(ring.value()).isEqualTo(pair.peerA.slot());
    assertThat(SocketAddress.read(ring.address())).isEqualTo(to);
    ring.release();
  }

  private void expectConfirmation(SessionPair sessions) {
    assertThat(ring.size()).isOne();
    assertThat(ring.kind()).isEqualTo(ControlRing.SESSION_CONFIRMED);
    assertThat(ring.value()).isEqualTo(sessions.responder().localIndex());
    ring.release();
  }
}
