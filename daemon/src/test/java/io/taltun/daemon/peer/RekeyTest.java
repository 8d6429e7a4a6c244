package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.MS;
import static io.taltun.daemon.peer.Pair.S;
import static io.taltun.daemon.peer.TrafficSample.NEVER;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Sessions' ages: renewed, unusable, erased. */
class RekeyTest {
  private final Pair pair = new Pair();

  @Test
  void shouldRenewWhenInitiatorSendsAtRekeyAfterTime() {
    pair.handshake();
    pair.clock.advanceNs(120 * S - 1);
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    pair.aliceSamples();
    assertThat(initiationsOf(pair.alice)).isOne();
    pair.clock.advanceNs(1);
    pair.alice.send(pair.toBob, "x");
    pair.aliceSamples();
    assertThat(initiationsOf(pair.alice)).isEqualTo(2);
  }

  @Test
  void shouldNotRenewByAgeWhenResponder() {
    pair.handshake();
    pair.clock.advanceNs(179 * S);
    pair.bob.send(pair.toAlice, "x");
    pair.bobSamples();

    assertThat(initiationsOf(pair.bob)).isZero();
  }

  @Test
  void shouldRenewWhenInitiatorReceivesShortlyBeforeTheEnd() {
    pair.handshake();
    pair.clock.advanceNs(165 * S - 1);
    pair.bob.send(pair.toAlice, "x");
    pair.carry();
    pair.aliceSamples();
    assertThat(initiationsOf(pair.alice)).isOne();
    pair.clock.advanceNs(1);
    pair.bob.send(pair.toAlice, "x");
    pair.carry();
    pair.aliceSamples();
    assertThat(initiationsOf(pair.alice)).isEqualTo(2);
  }

  /** Trap 15. */
  @Test
  void shouldCountAgeFromCreationWhenReceivingAllTheTime() {
    pair.handshake();
    for (int i = 0; i < 1190; i++) {
      pair.clock.advanceNs(100 * MS);
      pair.bob.send(pair.toAlice, "x");
      pair.alice.send(pair.toBob, "y");
      pair.carry();
      pair.aliceSamples();
      pair.bobSamples();
    }
    assertThat(initiationsOf(pair.alice) + initiationsOf(pair.bob)).isOne();

    for (int i = 0; i < 12000; i++) {
      pair.clock.advanceNs(100 * MS);
      pair.bob.send(pair.toAlice, "x");
      pair.alice.send(pair.toBob, "y");
      pair.carry();
      pair.aliceSamples();
      pair.bobSamples();
    }
    assertThat(initiationsOf(pair.alice) + initiationsOf(pair.bob)).isEqualTo(11);
  }

  @Test
  void shouldRenewWhenMessagesReachTheirCount() {
    pair.handshake();
    pair.clock.advanceNs(6 * S);
    pair.bob.protocol.onTraffic(
        pair.toAlice.protocol, withCounter((1L << 60) - 1), pair.clock.nowNs());
    assertThat(initiationsOf(pair.bob)).isZero();
    pair.bob.protocol.onTraffic(pair.toAlice.protocol, withCounter(1L << 60), pair.clock.nowNs());
    assertThat(initiationsOf(pair.bob)).isOne();
  }

  /** Compared unsigned (trap 5). */
  @Test
  void shouldRenewWhenCounterIsNegativeAsSigned() {
    pair.handshake();
    pair.clock.advanceNs(6 * S);
    pair.bob.protocol.onTraffic(pair.toAlice.protocol, withCounter(-5), pair.clock.nowNs());

    assertThat(initiationsOf(pair.bob)).isOne();
  }

  @Test
  void shouldRenewAtOnceWhenInitiatorCarriedTheVolume() {
    Pair volume = new Pair(0, 1000);
    volume.handshake();
    volume.clock.advanceNs(5 * S);
    volume.alice.send(volume.toBob, "x".repeat(999));
    volume.carry();
    volume.aliceSamples();
    assertThat(initiationsOf(volume.alice)).isOne();
    volume.alice.send(volume.toBob, "x");
    volume.aliceSamples();
    assertThat(initiationsOf(volume.alice)).isEqualTo(2);
    volume.carry();
    volume.aliceSamples();
    volume.clock.advanceNs(10 * S);
    volume.aliceSamples();
    assertThat(initiationsOf(volume.alice)).as("volume counts anew").isEqualTo(2);
  }

  @Test
  void shouldWaitForTimeoutWhenVolumeComesSoon() {
    Pair volume = new Pair(0, 1000);
    volume.handshake();
    volume.clock.advanceNs(S);
    volume.alice.send(volume.toBob, "x".repeat(1000));
    volume.carry();
    volume.aliceSamples();
    volume.aliceAfter(4 * S - 1);
    assertThat(initiationsOf(volume.alice)).isOne();
    volume.aliceAfter(1);
    assertThat(initiationsOf(volume.alice)).isEqualTo(2);
  }

  @Test
  void shouldWaitForInitiatorWhenResponderCarriedTheVolume() {
    Pair volume = new Pair(0, 1000);
    volume.handshake();
    volume.clock.advanceNs(60 * S);
    volume.bob.send(volume.toAlice, "x".repeat(1000));
    volume.bobSamples();
    volume.clock.advanceNs(5 * S - 1);
    volume.bob.poll();
    assertThat(initiationsOf(volume.bob)).isZero();
    volume.clock.advanceNs(1);
    volume.bob.poll();
    assertThat(initiationsOf(volume.bob)).isOne();
  }

  @Test
  void shouldNotRenewByVolumeAsResponderWhenTheSessionHasEndedMeanwhile() {
    Pair volume = new Pair(0, 1000);
    volume.handshake();
    volume.clock.advanceNs(178 * S);
    volume.bob.send(volume.toAlice, "x".repeat(1000));
    volume.bobSamples();
    volume.clock.advanceNs(5 * S);
    volume.bob.poll();
    assertThat(initiationsOf(volume.bob)).isZero();
  }

  @Test
  void shouldLeaveItToInitiatorWhenSheRenewsInTime() {
    Pair volume = new Pair(0, 1000);
    volume.handshake();
    volume.clock.advanceNs(60 * S);
    volume.bob.send(volume.toAlice, "x".repeat(1000));
    volume.bobSamples();
    volume.carry();
    volume.aliceSamples();
    volume.carry();
    volume.clock.advanceNs(30 * S);
    volume.bob.poll();

    assertThat(initiationsOf(volume.alice)).isEqualTo(2);
    assertThat(initiationsOf(volume.bob)).isZero();
  }

  /** Trap 17. */
  @Test
  void shouldStopSendingBeforeTheOtherStopsReceivingWhenSessionEnds() {
    long initiatedNs = pair.clock.nowNs();
    pair.alice.send(pair.toBob, "x");
    pair.clock.advanceNs(2 * S);
    pair.bob.receive(pair.fromAlice.remove());
    pair.clock.advanceNs(2 * S);
    pair.carry();
    SessionLife ofAlice = pair.toBob.protocol.current();
    SessionLife ofBob = pair.toAlice.protocol.current();

    assertThat(ofAlice.sendUntilNs()).isEqualTo(initiatedNs + 180 * S);
    assertThat(ofAlice.sendUntilNs() - ofBob.receiveUntilNs()).isNegative();
    assertThat(ofBob.sendUntilNs() - ofAlice.receiveUntilNs()).isNegative();
    assertThat(ofAlice.sendable(ofAlice.sendUntilNs() - 1)).isTrue();
    assertThat(ofAlice.sendable(ofAlice.sendUntilNs())).isFalse();
    assertThat(ofBob.receivable(ofBob.receiveUntilNs() - 1)).isTrue();
    assertThat(ofBob.receivable(ofBob.receiveUntilNs())).isFalse();
  }

  /** Trap 17. */
  @Test
  void shouldHandshakeInsteadOfSendingWhenSessionIsTooOld() {
    pair.handshake();
    pair.clock.advanceNs(180 * S);
    pair.alice.poll();
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.IDLE);
    pair.alice.send(pair.toBob, "x");
    assertThat(pair.fromAlice.peek().type()).isOne();
    pair.carry();
    assertThat(pair.toAlice.delivered).containsExactly("x");
  }

  @Test
  void shouldStayOnlineUntilExactlyTheEndWhenIdle() {
    pair.handshake();
    pair.aliceAfter(180 * S - 1);
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.ONLINE);
    pair.aliceAfter(1);
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.IDLE);
  }

  @Test
  void shouldEraseExactlyAfterThreeLivesWhenNothingNewCame() {
    pair.handshake();
    pair.aliceAfter(540 * S - 1);
    assertThat(pair.alice.sessions).hasSize(1);
    pair.aliceAfter(1);
    assertThat(pair.alice.sessions).isEmpty();
    assertThat(pair.alice.indices).isEmpty();
    assertThat(pair.alice.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
  }

  @Test
  void shouldKeepPreviousReceivingWhenRenewed() {
    pair.handshake();
    pair.clock.advanceNs(121 * S);
    pair.bob.send(pair.toAlice, "late");
    Datagram late = pair.fromBob.remove();
    pair.alice.send(pair.toBob, "x");
    pair.aliceSamples();
    pair.carry();
    pair.alice.receive(late);

    assertThat(pair.toBob.delivered).containsExactly("late");
    assertThat(pair.alice.sessions).hasSize(2);
    assertThat(pair.bob.sessions).hasSize(2);
  }

  /**
   * After both had initiated at once, Bob sends under what is Alice's previous session (trap 16).
   */
  @Test
  void shouldReceiveWhatWasOnItsWayWhenBothHadInitiatedAndOneRenews() {
    pair.bob.protocol.changeEndpoint(pair.toAlice.protocol, Pair.ALICE, pair.clock.nowNs());
    pair.alice.send(pair.toBob, "1");
    pair.bob.send(pair.toAlice, "1");
    pair.carry();
    pair.clock.advanceNs(121 * S);
    pair.bob.send(pair.toAlice, "late");
    Datagram late = pair.fromBob.remove();
    pair.alice.send(pair.toBob, "2");
    pair.aliceSamples();
    pair.carry();
    pair.alice.receive(late);

    assertThat(pair.toBob.delivered).containsExactly("1", "late");
    pair.aliceAfter(5 * S - 1);
    int lingering = pair.alice.sessions.size();
    pair.aliceAfter(1);
    assertThat(pair.alice.sessions).hasSize(lingering - 1);
  }

  private static long initiationsOf(SimulatedDevice device) {
    return device.log.stream().filter("send 1"::equals).count();
  }

  private static TrafficSample withCounter(long counter) {
    return new TrafficSample(NEVER, NEVER, NEVER, NEVER, 0, counter);
  }
}
