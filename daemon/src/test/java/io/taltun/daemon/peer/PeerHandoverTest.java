package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.BOB;
import static io.taltun.daemon.peer.Pair.S;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.daemon.peer.PeerTimers.Timer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Bob's process goes, another one goes on with his peer. */
class PeerHandoverTest {
  private final Pair pair = new Pair();
  private SimulatedDevice next;
  private SimulatedPeer toAlice;

  private void handOver(long persistentKeepaliveNs) {
    next =
        new SimulatedDevice(
            PrivateKey.generate(new SplittableRandom(22)),
            BOB,
            pair.clock,
            pair.bobJitter,
            0,
            pair.fromBob::add);
    next.protocol.onLocalDown(pair.clock.nowNs());
    toAlice = next.add(pair.alice.publicKey(), null, persistentKeepaliveNs);
    PeerTransfer transfer = pair.bob.protocol.transfer(pair.toAlice.protocol);
    List<SessionLife> lives =
        next.protocol.adopt(
            toAlice.protocol, transfer, pair.toAlice.sample(), pair.toAlice.protocol.endpoint());
    for (int i = 0; i < lives.size(); i++) {
      SimulatedSession before = (SimulatedSession) transfer.lives().get(i).attachment();
      SimulatedSession session = before.goingOn(toAlice.protocol, lives.get(i));
      lives.get(i).attachment = session;
      next.sessions.put(lives.get(i).localIndex(), session);
      next.indices.add(lives.get(i).localIndex());
    }
    toAlice.current = attached(toAlice.protocol.current());
    toAlice.next = attached(toAlice.protocol.next());
    toAlice.lastAnyReceivedNs = pair.toAlice.lastAnyReceivedNs;
    toAlice.lastAnySentNs = pair.toAlice.lastAnySentNs;
    toAlice.lastDataReceivedNs = pair.toAlice.lastDataReceivedNs;
    toAlice.lastDataSentNs = pair.toAlice.lastDataSentNs;
    toAlice.totalBytes = pair.toAlice.totalBytes;
    next.protocol.onTakenOver(List.of(toAlice.protocol), pair.clock.nowNs());
  }

  private static SimulatedSession attached(SessionLife life) {
    return life == null ? null : (SimulatedSession) life.attachment;
  }

  private void carry() {
    while (!pair.fromAlice.isEmpty() || !pair.fromBob.isEmpty()) {
      if (!pair.fromAlice.isEmpty()) {
        next.receive(pair.fromAlice.remove());
      }
      if (!pair.fromBob.isEmpty()) {
        pair.alice.receive(pair.fromBob.remove());
      }
    }
  }

  @Test
  void shouldGoOnWithoutAHandshakeWhenThereIsASession() {
    pair.handshake();
    pair.alice.send(pair.toBob, "before");
    pair.carry();
    handOver(0);
    pair.alice.log.clear();

    pair.alice.send(pair.toBob, "in");
    next.send(toAlice, "out");
    carry();

    assertThat(toAlice.delivered).containsExactly("in");
    assertThat(pair.toBob.delivered).containsExactly("out");
    assertThat(pair.alice.log).noneMatch(line -> line.startsWith("send"));
    assertThat(next.log).noneMatch(line -> line.startsWith("send"));
    assertThat(toAlice.protocol.state()).isEqualTo(pair.toAlice.protocol.state());
    assertThat(toAlice.states).as("nobody is told that the peer came").isEmpty();
  }

  /** The old process's timers and the new one's, event for event. */
  @Test
  void shouldHaveTheSameDeadlinesAsTheProcessBefore() {
    pair.handshake();
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    pair.clock.advanceNs(3 * S);
    pair.bobSamples();
    handOver(0);

    for (Timer timer : Timer.values()) {
      assertThat(toAlice.protocol.timers.armed(timer))
          .as("%s", timer)
          .isEqualTo(pair.toAlice.protocol.timers.armed(timer));
    }
    for (int second = 0; second < 200; second++) {
      pair.clock.advanceNs(S);
      next.sample(toAlice);
      pair.bobSamples();
      assertThat(next.poll()).as("second %d", second).isEqualTo(pair.bob.poll());
    }
  }

  @Test
  void shouldConfirmTheSessionThatWaitedForItsFirstPacket() {
    pair.alice.send(pair.toBob, "first");
    pair.bob.receive(pair.fromAlice.remove()); // initiation
    pair.alice.receive(pair.fromBob.remove()); // response: "first" is under way
    handOver(0);
    assertThat(toAlice.protocol.next()).isNotNull();

    carry();

    assertThat(toAlice.delivered).containsExactly("first");
    assertThat(toAlice.protocol.current()).isNotNull();
    assertThat(toAlice.protocol.next()).isNull();
  }

  /** The response to the old process's initiation is nobody's; the new one asks at once. */
  @Test
  void shouldBeginAnAttemptAnewWhenOneWasUnderWay() {
    pair.handshake();
    pair.clock.advanceNs(200 * S);
    pair.bob.send(pair.toAlice, "late");
    assertThat(pair.fromBob).hasSize(1);
    Datagram initiation = pair.fromBob.remove();
    handOver(0);
    toAlice.wait("late".getBytes(UTF_8));
    pair.alice.receive(initiation);
    pair.clock.advanceNs(S);
    next.poll();
    carry();

    assertThat(pair.toBob.delivered).contains("late");
    assertThat(next.indices).hasSizeLessThanOrEqualTo(3);
  }

  /** Trap 21: the greatest timestamp goes along. */
  @Test
  void shouldRefuseARecordedInitiationAfterTheHandover() {
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    Datagram recorded = pair.fromAlice.peek();
    pair.carry();
    handOver(0);
    pair.clock.advanceNs(S);
    next.receive(recorded);

    assertThat(next.drops(HandshakeDrop.REPLAYED_TIMESTAMP)).isOne();
  }

  @Test
  void shouldBeginToKeepAliveWhenTheNewConfigurationSaysSo() {
    pair.handshake();
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    handOver(10 * S);
    pair.clock.advanceNs(11 * S);
    next.poll();

    assertThat(toAlice.keepalivesSent).isPositive();
  }
}
