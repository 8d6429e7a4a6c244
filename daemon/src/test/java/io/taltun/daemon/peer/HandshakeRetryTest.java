package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.ALICE;
import static io.taltun.daemon.peer.Pair.BOB;
import static io.taltun.daemon.peer.Pair.MS;
import static io.taltun.daemon.peer.Pair.S;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.dataplane.udp.LocalAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Attempts: repeated, given up, begun again. */
class HandshakeRetryTest {
  private final Pair pair = new Pair();

  /** Trap 18. */
  @Test
  void shouldRepeatAfterTimeoutPlusJitterWhenUnanswered() {
    pair.aliceJitter.jitterNs = 333 * MS;
    pair.alice.send(pair.toBob, "x");
    pair.aliceAfter(5333 * MS - 1);
    assertThat(pair.fromAlice).hasSize(1);

    pair.aliceJitter.jitterNs = 0;
    pair.aliceAfter(1);
    assertThat(pair.fromAlice).hasSize(2);

    pair.aliceAfter(5 * S - 1);
    assertThat(pair.fromAlice).hasSize(2);
    pair.aliceAfter(1);
    assertThat(pair.fromAlice).hasSize(3);
  }

  /** Trap 18: the jitter is asked for anew each time and never exceeds its bound. */
  @Test
  void shouldSpreadRetriesWhenJitterIsRandom() {
    DeviceContext device = new DeviceContext(null, null, new SplittableRandom(4), null, null, 0);
    Set<Long> jitters = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      long jitterNs = device.jitterNs();
      assertThat(jitterNs).isBetween(0L, 333 * MS);
      jitters.add(jitterNs / (33 * MS));
    }

    assertThat(jitters).hasSizeGreaterThanOrEqualTo(10);
  }

  /** Trap 31: the address that the peer was spoken to from may be why nothing comes back. */
  @Test
  void shouldGiveTheLocalAddressUpWhenAnInitiationIsRepeated() {
    LocalAddress local = LocalAddress.ofIpv4(0x0a00_0001, 2);
    pair.alice.protocol.changeEndpoint(pair.toBob.protocol, BOB.at(local), pair.clock.nowNs());
    pair.alice.send(pair.toBob, "x");
    pair.aliceAfter(5 * S - 1);
    assertThat(local.givenUp()).isFalse();
    pair.aliceAfter(334 * MS);
    assertThat(pair.fromAlice).hasSize(2);
    assertThat(local.givenUp()).isTrue();
  }

  @Test
  void shouldTellNextDeadlineWhenPolled() {
    assertThat(pair.alice.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
    pair.aliceJitter.jitterNs = 7;
    pair.alice.send(pair.toBob, "x");

    assertThat(pair.alice.poll()).isEqualTo(pair.clock.nowNs() + 5 * S);
    pair.clock.advanceNs(5 * S);
    assertThat(pair.alice.poll()).isEqualTo(pair.clock.nowNs() + 7);
  }

  @Test
  void shouldBeOfflineExactlyFiveSecondsAfterWhenUnanswered() {
    pair.aliceJitter.jitterNs = 333 * MS;
    pair.alice.send(pair.toBob, "x");
    pair.aliceAfter(5 * S - 1);
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.CONNECTING);
    pair.aliceAfter(1);
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.OFFLINE);

    pair.fromAlice.clear();
    pair.aliceAfter(333 * MS);
    pair.carry();
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.ONLINE);
  }

  @Test
  void shouldStayOnlineWhenInitiationIsLostButDataComes() {
    pair.handshake();
    pair.clock.advanceNs(121 * S);
    pair.alice.send(pair.toBob, "x");
    pair.aliceSamples();
    pair.fromAlice.removeIf(d -> d.type() == 1);
    pair.carry();
    pair.clock.advanceNs(S);
    pair.bob.send(pair.toAlice, "y");
    pair.carry();
    pair.aliceSamples();
    pair.aliceAfter(4 * S);

    assertThat(pair.toBob.states).containsExactly(PeerState.CONNECTING, PeerState.ONLINE);
  }

  @Test
  void shouldGiveUpExactlyAfterAttemptTimeWhenUnanswered() {
    pair.alice.send(pair.toBob, "x");
    for (int i = 0; i < 17; i++) {
      pair.aliceAfter(5 * S);
    }
    pair.aliceAfter(5 * S - 1);
    assertThat(pair.toBob.waitingDropped).isZero();
    assertThat(pair.toBob.waiting).hasSize(1);
    pair.aliceAfter(1);

    assertThat(pair.toBob.waitingDropped).isOne();
    assertThat(pair.fromAlice).hasSize(18);
    assertThat(pair.alice.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.OFFLINE);
  }

  @Test
  void shouldExtendAttemptWhenNewTrafficComes() {
    pair.alice.send(pair.toBob, "x");
    pair.aliceAfter(60 * S);
    pair.alice.send(pair.toBob, "y");
    pair.aliceAfter(90 * S - 1);
    assertThat(pair.toBob.waitingDropped).isZero();
    pair.aliceAfter(1);
    assertThat(pair.toBob.waitingDropped).isOne();
  }

  @Test
  void shouldBeginAtOnceWhenTrafficComesAfterGivingUp() {
    pair.alice.send(pair.toBob, "x");
    pair.aliceAfter(90 * S);
    pair.fromAlice.clear();
    pair.aliceAfter(10 * S);
    assertThat(pair.fromAlice).isEmpty();
    pair.alice.send(pair.toBob, "y");
    pair.carry();

    assertThat(pair.toAlice.delivered).containsExactly("y");
  }

  @Test
  void shouldWaitForTimeoutWhenWantedSoonAfterAResponse() {
    pair.handshake();
    pair.bob.protocol.changePresharedKey(
        pair.toAlice.protocol, PresharedKey.generate(new SplittableRandom(9)), pair.clock.nowNs());
    pair.clock.advanceNs(S);
    pair.bob.send(pair.toAlice, "x");
    assertThat(pair.fromBob).isEmpty();
    pair.clock.advanceNs(4 * S - 1);
    pair.bob.poll();
    assertThat(pair.fromBob).isEmpty();
    pair.clock.advanceNs(1);
    pair.bob.poll();
    assertThat(pair.fromBob).hasSize(1);
  }

  /** Trap 27. */
  @Test
  void shouldHoldNothingWhenAttemptsFailed() {
    for (int i = 0; i < 50; i++) {
      pair.alice.send(pair.toBob, "x");
      pair.aliceAfter(5 * S);
      assertThat(pair.alice.indices).hasSizeLessThanOrEqualTo(1);
    }
    pair.aliceAfter(90 * S);

    assertThat(pair.alice.indices).isEmpty();
    assertThat(pair.alice.sessions).isEmpty();
    assertThat(pair.alice.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
  }

  /** Trap 27: a responder whose responses get lost. */
  @Test
  void shouldHoldOneSessionWhenItIsNeverConfirmed() {
    pair.alice.send(pair.toBob, "x");
    for (int i = 0; i < 17; i++) {
      pair.bob.receive(pair.fromAlice.remove());
      pair.aliceAfter(5 * S);
      assertThat(pair.bob.indices).hasSize(1);
      assertThat(pair.bob.sessions).hasSize(1);
    }
    pair.clock.advanceNs(540 * S);
    pair.bob.poll();

    assertThat(pair.bob.indices).isEmpty();
    assertThat(pair.bob.sessions).isEmpty();
  }

  @Test
  void shouldEndAttemptWhenPeerHasNoEndpoint() {
    pair.bob.send(pair.toAlice, "x");
    pair.clock.advanceNs(90 * S - 1);
    pair.bob.poll();
    assertThat(pair.toAlice.waitingDropped).isZero();
    pair.clock.advanceNs(1);
    pair.bob.poll();
    assertThat(pair.toAlice.waitingDropped).isOne();
    assertThat(pair.fromBob).isEmpty();
  }

  @Test
  void shouldInitiateAtOnceWhenEndpointBecomesKnown() {
    pair.bob.send(pair.toAlice, "x");
    pair.clock.advanceNs(S);
    pair.bob.protocol.changeEndpoint(pair.toAlice.protocol, ALICE, pair.clock.nowNs());

    assertThat(pair.fromBob).hasSize(1);
  }

  @Test
  void shouldBackOffWhenPeerWithPersistentKeepaliveIsGivenUp() {
    Pair persistent = new Pair(25 * S, 0);
    assertThat(persistent.fromAlice).as("begins at once").hasSize(1);
    persistent.aliceAfter(90 * S);
    for (long delayNs : new long[] {15 * S, 30 * S, 60 * S, 120 * S, 120 * S}) {
      persistent.fromAlice.clear();
      persistent.aliceAfter(delayNs - 1);
      assertThat(persistent.fromAlice).isEmpty();
      persistent.aliceAfter(1);
      assertThat(persistent.fromAlice).as("after %d ns", delayNs).hasSize(1);
      persistent.aliceAfter(5333 * MS);
    }
    assertThat(persistent.toBob.protocol.state()).isEqualTo(PeerState.OFFLINE);

    persistent.alice.send(persistent.toBob, "x");
    persistent.fromAlice.removeFirst();
    persistent.carry();
    assertThat(persistent.toAlice.delivered).as("traffic does not wait").containsExactly("x");
  }

  /** Trap 10: cookies live for 120 s, and so long lie between two tries. */
  @Test
  void shouldRepeatAtOnceWhenCookieAnswersATryAfterBackOff() {
    Pair persistent = new Pair(25 * S, 0);
    persistent.bob.underLoad = true;
    persistent.aliceAfter(90 * S);
    for (long delayNs : new long[] {15 * S, 30 * S, 60 * S, 120 * S}) {
      persistent.aliceAfter(delayNs);
      persistent.aliceAfter(5333 * MS);
    }
    persistent.fromAlice.clear();
    persistent.aliceAfter(120 * S);
    persistent.carry();
    assertThat(persistent.alice.sessions).as("a cookie only").isEmpty();

    persistent.aliceAfter(5 * S - 1);
    assertThat(persistent.fromAlice).isEmpty();
    persistent.aliceAfter(1);
    persistent.carry();
    assertThat(persistent.alice.sessions).hasSize(1);
  }

  @Test
  void shouldTryRetriedInitiationsAtNewEndpointWhenItChanged() {
    pair.alice.send(pair.toBob, "x");
    pair.fromAlice.clear();
    pair.alice.protocol.changeEndpoint(pair.toBob.protocol, ALICE, pair.clock.nowNs());
    pair.aliceAfter(5 * S);

    assertThat(pair.fromAlice.remove().to()).isEqualTo(ALICE).isNotEqualTo(BOB);
  }

  @Test
  void shouldInitiateAtOnceWhenTheLinkWentDownAndUp() {
    pair.handshake();
    pair.fromAlice.clear();
    pair.alice.protocol.onLocalDown(pair.clock.nowNs());
    pair.alice.protocol.onLocalUp(pair.clock.nowNs());
    pair.clock.advanceNs(S);
    pair.alice.send(pair.toBob, "x");
    assertThat(pair.fromAlice).as("not 5 s after the handshake before").hasSize(1);
    pair.carry();
    assertThat(pair.alice.sessions).hasSize(1);
  }

  @Test
  void shouldLetNothingWaitWhenTheDeviceIsDown() {
    pair.alice.send(pair.toBob, "x");
    assertThat(pair.toBob.waiting).hasSize(1);
    pair.alice.protocol.onLocalDown(pair.clock.nowNs());
    assertThat(pair.toBob.waitingDropped).isOne();
    // What was read just before asks afterwards.
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    assertThat(pair.toBob.waitingDropped).isEqualTo(2);
    assertThat(pair.fromAlice).hasSize(1);
  }
}
