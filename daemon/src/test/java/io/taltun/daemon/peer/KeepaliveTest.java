package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.MS;
import static io.taltun.daemon.peer.Pair.S;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is sent when nothing, or nothing else, is. */
class KeepaliveTest {
  private final Pair pair = new Pair();

  @Test
  void shouldAnswerDataByKeepaliveExactlyAfterTimeoutWhenNothingWasSent() {
    pair.handshake();
    pair.clock.advanceNs(S);
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    pair.bobSamples();
    pair.clock.advanceNs(10 * S - 1);
    pair.bob.poll();
    assertThat(pair.toAlice.keepalivesSent).isZero();
    pair.clock.advanceNs(1);
    pair.bob.poll();
    assertThat(pair.toAlice.keepalivesSent).isOne();
  }

  @Test
  void shouldCountFromThePacketWhenSampledLater() {
    pair.handshake();
    pair.clock.advanceNs(S);
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    pair.clock.advanceNs(100 * MS);
    pair.bobSamples();
    pair.clock.advanceNs(9900 * MS);
    pair.bob.poll();

    assertThat(pair.toAlice.keepalivesSent).isOne();
  }

  @Test
  void shouldNotAnswerByKeepaliveWhenDataWasSentBack() {
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    pair.bobSamples();
    pair.clock.advanceNs(9 * S);
    pair.bob.send(pair.toAlice, "y");
    pair.bobSamples();
    pair.clock.advanceNs(60 * S);
    pair.bob.poll();

    assertThat(pair.toAlice.keepalivesSent).isZero();
  }

  /** Trap 19. */
  @Test
  void shouldFallSilentWhenKeepalivesWereExchanged() {
    pair.handshake();
    pair.clock.advanceNs(S);
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    for (int i = 0; i < 110; i++) {
      pair.clock.advanceNs(S);
      pair.aliceSamples();
      pair.bobSamples();
      pair.carry();
    }

    assertThat(pair.toAlice.keepalivesSent).isOne();
    assertThat(pair.toBob.keepalivesSent).as("the one that confirmed").isOne();
  }

  @Test
  void shouldSendKeepalivesOnAndOnWhenDataKeepsComing() {
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    for (int i = 0; i < 1000; i++) {
      pair.clock.advanceNs(100 * MS);
      pair.alice.send(pair.toBob, "x");
      pair.carry();
      pair.bobSamples();
      pair.aliceSamples();
    }

    assertThat(pair.toAlice.keepalivesSent).isBetween(9, 10);
    assertThat(pair.alice.log).filteredOn("send 1"::equals).hasSize(1);
  }

  /** Trap 19. */
  @Test
  void shouldKeepPersistentlyOnlyWhenNothingElseFlows() {
    Pair persistent = new Pair(25 * S, 0);
    persistent.carry();
    int before = persistent.toBob.keepalivesSent;
    persistent.clock.advanceNs(20 * S);
    persistent.bob.send(persistent.toAlice, "x");
    persistent.carry();
    persistent.aliceSamples();
    // The interval counts from the packet at 20 s; the answer to it comes at 30 s.
    persistent.aliceAfter(10 * S);
    assertThat(persistent.toBob.keepalivesSent).isEqualTo(before + 1);
    persistent.aliceSamples();
    persistent.aliceAfter(25 * S - 1);
    assertThat(persistent.toBob.keepalivesSent).isEqualTo(before + 1);
    persistent.aliceAfter(1);
    assertThat(persistent.toBob.keepalivesSent).isEqualTo(before + 2);
  }

  @Test
  void shouldKeepSessionsAliveWhenPersistent() {
    Pair persistent = new Pair(25 * S, 0);
    persistent.carry();
    for (int i = 0; i < 6000; i++) {
      persistent.clock.advanceNs(100 * MS);
      persistent.aliceSamples();
      persistent.bobSamples();
      persistent.carry();
    }

    assertThat(persistent.toBob.states).containsExactly(PeerState.CONNECTING, PeerState.ONLINE);
    // Renewed by the first keepalive after 120 s, that is every 125 s.
    assertThat(persistent.alice.log).filteredOn("send 1"::equals).hasSize(5);
  }

  @Test
  void shouldHandshakeExactlyAfterFifteenSecondsWhenDataIsUnanswered() {
    pair.handshake();
    pair.clock.advanceNs(S);
    pair.aliceJitter.jitterNs = 100 * MS;
    pair.alice.send(pair.toBob, "x");
    pair.aliceSamples();
    pair.fromAlice.clear();
    pair.aliceAfter(15100 * MS - 1);
    assertThat(pair.fromAlice).isEmpty();
    pair.aliceAfter(1);
    assertThat(pair.fromAlice).hasSize(1);
    assertThat(pair.fromAlice.peek().type()).isOne();
  }

  @Test
  void shouldNotHandshakeWhenAnythingAuthenticCameBack() {
    pair.handshake();
    pair.clock.advanceNs(S);
    pair.alice.send(pair.toBob, "x");
    pair.aliceSamples();
    pair.carry();
    pair.bobSamples();
    pair.clock.advanceNs(10 * S);
    pair.bob.poll();
    pair.carry();
    pair.aliceSamples();
    pair.aliceAfter(60 * S);

    assertThat(pair.alice.log).filteredOn("send 1"::equals).hasSize(1);
  }

  @Test
  void shouldNotHandshakeWhenTheAnswerConfirmedASessionJustBefore() {
    pair.handshake();
    pair.clock.advanceNs(121 * S);
    pair.alice.send(pair.toBob, "x");
    pair.aliceSamples();
    pair.fromAlice.forEach(pair.bob::receive);
    pair.fromAlice.clear();
    pair.bobSamples();
    Datagram response = pair.fromBob.removeFirst();
    pair.clock.advanceNs(S);
    pair.bob.send(pair.toAlice, "lost");
    pair.fromBob.clear();
    pair.bobSamples();
    pair.clock.advanceNs(15 * S - 1);
    pair.alice.receive(response);
    pair.carry();

    // Not sampled yet: the samples tell of data without an answer still.
    pair.clock.advanceNs(1);
    pair.bob.poll();
    assertThat(pair.fromBob).isEmpty();
  }

  @Test
  void shouldHandshakeOnceWhenSameDataStaysUnanswered() {
    pair.handshake();
    pair.clock.advanceNs(S);
    pair.alice.send(pair.toBob, "x");
    pair.fromAlice.clear();
    pair.aliceSamples();
    pair.aliceAfter(15 * S);
    pair.aliceAfter(90 * S);
    pair.fromAlice.clear();
    pair.aliceSamples();
    pair.aliceAfter(60 * S);

    assertThat(pair.toBob.waitingDropped).isOne();
    assertThat(pair.fromAlice).isEmpty();
  }

  @Test
  void shouldStartAtOnceWhenPersistentKeepaliveIsSwitchedOn() {
    pair.alice.protocol.changePersistentKeepalive(pair.toBob.protocol, 25 * S, pair.clock.nowNs());
    assertThat(pair.fromAlice).hasSize(1);
    pair.carry();

    pair.alice.protocol.changePersistentKeepalive(pair.toBob.protocol, 0, pair.clock.nowNs());
    int before = pair.toBob.keepalivesSent;
    pair.aliceAfter(100 * S);
    assertThat(pair.toBob.keepalivesSent).isEqualTo(before);
  }

  @Test
  void shouldBringTheSessionUpWhenItsNameIsKnownAfterTheDeviceIsUp() {
    pair.bob.protocol.changePersistentKeepalive(pair.toAlice.protocol, 25 * S, pair.clock.nowNs());
    assertThat(pair.fromBob).isEmpty();

    pair.clock.advanceNs(20 * MS);
    pair.bob.protocol.changeEndpoint(pair.toAlice.protocol, Pair.ALICE, pair.clock.nowNs());
    assertThat(pair.fromBob).hasSize(1);
    pair.carry();
    assertThat(pair.toAlice.protocol.state()).isEqualTo(PeerState.ONLINE);
  }
}
