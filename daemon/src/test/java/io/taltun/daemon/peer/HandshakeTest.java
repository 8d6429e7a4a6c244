package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.ALICE;
import static io.taltun.daemon.peer.Pair.BOB;
import static io.taltun.daemon.peer.Pair.MS;
import static io.taltun.daemon.peer.Pair.S;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.noise.CookieGenerator;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.Response;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Messages: what is answered, what is dropped and why. */
class HandshakeTest {
  private static final Endpoint ELSEWHERE = Endpoint.ofIpv4(0xcb00_7109, 9);

  private final Pair pair = new Pair();

  @Test
  void shouldCarryPacketsBothWaysWhenOneWaited() {
    pair.alice.send(pair.toBob, "hello");
    pair.carry();
    pair.bob.send(pair.toAlice, "hello yourself");
    pair.carry();

    assertThat(pair.toAlice.delivered).containsExactly("hello");
    assertThat(pair.toBob.delivered).containsExactly("hello yourself");
    assertThat(pair.toBob.states).containsExactly(PeerState.CONNECTING, PeerState.ONLINE);
    assertThat(pair.toAlice.states).containsExactly(PeerState.ONLINE);
  }

  @Test
  void shouldReceiveBeforeItAnswersWhenResponder() {
    pair.handshake();

    assertThat(pair.bob.log)
        .containsExactly("endpoint " + ALICE, "created", "keypairs", "send 2", "keypairs");
    assertThat(pair.alice.log).containsExactly("send 1", "created", "keypairs", "keepalive");
  }

  @Test
  void shouldConfirmByKeepaliveWhenNothingWaits() {
    pair.handshake();

    assertThat(pair.toBob.keepalivesSent).isOne();
    assertThat(pair.toAlice.protocol.current()).isNotNull();
    assertThat(pair.toAlice.protocol.next()).isNull();
  }

  @Test
  void shouldNotSendUnderNextWhenUnconfirmed() {
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    pair.bob.receive(pair.fromAlice.remove());

    assertThat(pair.toAlice.protocol.current()).isNull();
    assertThat(pair.toAlice.protocol.next()).isNotNull();
  }

  @Test
  void shouldDropWhenLengthOrTypeIsWrong() {
    Datagram initiation = initiation();
    for (int length = 0; length < 300; length++) {
      if (length != initiation.bytes().length) {
        pair.bob.receive(new Datagram(ALICE, BOB, Arrays.copyOf(initiation.bytes(), length)));
      }
    }
    byte[] unknown = initiation.bytes().clone();
    unknown[0] = 9;
    pair.bob.receive(new Datagram(ALICE, BOB, unknown));
    unknown[0] = 1;
    unknown[2] = 1;
    pair.bob.receive(new Datagram(ALICE, BOB, unknown));

    assertThat(pair.bob.drops(HandshakeDrop.WRONG_LENGTH)).isEqualTo(299);
    assertThat(pair.bob.drops(HandshakeDrop.UNKNOWN_TYPE)).isEqualTo(2);
    assertThat(pair.fromBob).isEmpty();
  }

  @Test
  void shouldNeitherThrowNorChangeWhenBytesAreRandom() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 3000; i++) {
      byte[] garbage = new byte[List.of(148, 92, 64, random.nextInt(200)).get(i % 4)];
      random.nextBytes(garbage);
      if (garbage.length > 3) {
        Arrays.fill(garbage, 0, 4, (byte) 0);
        garbage[0] = (byte) (1 + i % 4);
      }
      pair.bob.underLoad = i % 2 == 0;
      pair.bob.protocol.onHandshakeMessage(
          garbage, garbage.length, ALICE, pair.bob.underLoad, pair.clock.nowNs());
    }

    assertThat(pair.fromBob).isEmpty();
    assertThat(pair.bob.indices).isEmpty();
    assertThat(pair.toAlice.protocol.endpoint()).isNull();
  }

  @Test
  void shouldDropWhenAnyBitOfInitiationIsFlipped() {
    byte[] message = initiation().bytes();
    for (int i = 4; i < message.length - 16; i++) {
      byte[] flipped = message.clone();
      flipped[i] ^= 1;
      pair.bob.receive(new Datagram(ALICE, BOB, flipped));
    }

    assertThat(pair.bob.drops(HandshakeDrop.BAD_MAC1)).isEqualTo(148 - 4 - 16);
    assertThat(pair.fromBob).isEmpty();
  }

  /** Trap 34: a handshake that is right in itself gives a stranger nothing. */
  @Test
  void shouldDropWhenPeerIsUnknown() {
    SimulatedDevice stranger =
        new SimulatedDevice(
            PrivateKey.generate(new SplittableRandom(33)),
            ELSEWHERE,
            pair.clock,
            new SplittableRandom(3),
            0,
            pair.fromAlice::add);
    SimulatedPeer bob = stranger.add(pair.bob.publicKey(), BOB, 0);
    stranger.protocol.onHandshakeWanted(bob.protocol, pair.clock.nowNs());
    pair.carry();

    assertThat(pair.bob.drops(HandshakeDrop.UNKNOWN_PEER)).isOne();
    assertThat(pair.bob.indices).isEmpty();
  }

  /** Trap 21: the other half, at the responder. */
  @Test
  void shouldDropReplayWhenTimestampIsNotGreater() {
    Datagram first = initiation();
    pair.bob.receive(first);
    pair.clock.advanceNs(10 * S);
    pair.alice.poll();
    pair.bob.receive(pair.fromAlice.removeLast());
    pair.clock.advanceNs(S);
    pair.bob.receive(first);

    assertThat(pair.fromBob).hasSize(2);
    assertThat(pair.bob.drops(HandshakeDrop.REPLAYED_TIMESTAMP)).isOne();
  }

  @Test
  void shouldAnswerFiftyASecondWhenOnePeerFloods() {
    Datagram first = initiation();
    Datagram second = retry();
    Datagram third = retry();
    pair.bob.receive(first);
    pair.clock.advanceNs(20 * MS - 1);
    pair.bob.receive(second);
    pair.clock.advanceNs(1);
    pair.bob.receive(third);

    assertThat(pair.bob.drops(HandshakeDrop.TOO_SOON)).isOne();
    assertThat(pair.fromBob).hasSize(2);
  }

  @Test
  void shouldDropWhenResponseComesTwice() {
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    pair.bob.receive(pair.fromAlice.remove());
    Datagram response = pair.fromBob.remove();
    pair.alice.receive(response);
    SessionLife current = pair.toBob.protocol.current();
    pair.alice.receive(response);

    assertThat(pair.alice.drops(HandshakeDrop.UNKNOWN_INDEX)).isOne();
    assertThat(pair.toBob.protocol.current()).isSameAs(current);
  }

  @Test
  void shouldDropWhenResponseAnswersAnInitiationThatWasRepeated() {
    Datagram first = initiation();
    pair.bob.receive(first);
    Datagram late = pair.fromBob.remove();
    retry();
    pair.alice.receive(late);

    assertThat(pair.alice.drops(HandshakeDrop.UNKNOWN_INDEX)).isOne();
    assertThat(pair.toBob.protocol.current()).isNull();
  }

  @Test
  void shouldStayPendingWhenResponseIsForged() {
    pair.bob.receive(initiation());
    Datagram response = pair.fromBob.remove();
    // Right index and right mac1, another preshared key.
    Pair other = new Pair();
    other.alice.protocol.onHandshakeWanted(other.toBob.protocol, other.clock.nowNs());
    other.bob.protocol.changePresharedKey(
        other.toAlice.protocol,
        PresharedKey.generate(new SplittableRandom(1)),
        other.clock.nowNs());
    other.bob.receive(other.fromAlice.remove());
    pair.alice.receive(other.fromBob.remove());

    assertThat(pair.alice.drops(HandshakeDrop.NOT_AUTHENTIC)).isOne();
    pair.alice.receive(response);
    assertThat(pair.toBob.protocol.current()).isNotNull();
  }

  /** Trap 8. */
  @Test
  void shouldSendCookieReplyWhenUnderLoad() {
    pair.bob.underLoad = true;
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    pair.bob.receive(pair.fromAlice.remove());

    assertThat(pair.fromBob).hasSize(1);
    assertThat(pair.fromBob.peek().type()).isEqualTo(MessageType.COOKIE_REPLY);
    assertThat(pair.fromBob.peek().to()).isEqualTo(ALICE);
    assertThat(pair.bob.drops(HandshakeDrop.COOKIE_REQUIRED)).isOne();
    assertThat(pair.bob.indices).isEmpty();

    pair.alice.receive(pair.fromBob.remove());
    assertThat(pair.fromAlice).as("no immediate retry").isEmpty();
    pair.aliceAfter(5 * S);
    pair.carry();
    assertThat(pair.toBob.protocol.current()).isNotNull();
    assertThat(pair.toAlice.protocol.current()).isNotNull();
  }

  @Test
  void shouldConvergeAtOnceWhenOnlyTheInitiatorIsUnderLoad() {
    pair.alice.underLoad = true;
    pair.handshake();

    assertThat(pair.toBob.protocol.current()).isNotNull();
    assertThat(pair.toAlice.protocol.current()).isNotNull();
  }

  /** Trap 8, the other direction: a response too is answered by a cookie reply. */
  @Test
  void shouldAskForACookieWhenForgedResponsesComeUnderLoad() {
    pair.alice.underLoad = true;
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    pair.bob.receive(pair.fromAlice.remove());
    Datagram response = pair.fromBob.remove();
    byte[] forged = response.bytes().clone();
    forged[Response.EPHEMERAL] ^= 1;
    new CookieGenerator(pair.alice.publicKey(), SimulatedDevice.PRIMITIVES)
        .addMacs(forged, forged.length, pair.clock.nowNs());
    for (int i = 0; i < 10; i++) {
      pair.alice.receive(new Datagram(ELSEWHERE, ALICE, forged));
    }
    assertThat(pair.alice.drops(HandshakeDrop.NOT_AUTHENTIC)).isEqualTo(4);
    assertThat(pair.alice.drops(HandshakeDrop.COOKIE_REQUIRED)).isEqualTo(6);

    pair.alice.receive(response);
    assertThat(pair.toBob.protocol.current()).isNull();
    assertThat(pair.fromAlice.getLast().type()).isEqualTo(MessageType.COOKIE_REPLY);
    assertThat(pair.fromAlice.getLast().to()).isEqualTo(BOB);
    pair.bob.receive(pair.fromAlice.removeLast());
    pair.aliceAfter(5 * S);
    pair.bob.receive(pair.fromAlice.removeLast());
    pair.alice.receive(pair.fromBob.remove());
    assertThat(pair.toBob.protocol.current()).isNotNull();
  }

  @Test
  void shouldDropWhenCookieReplyIsNotAuthentic() {
    pair.bob.underLoad = true;
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    pair.bob.receive(pair.fromAlice.remove());
    Datagram reply = pair.fromBob.remove();
    reply.bytes()[40] ^= 1;
    pair.alice.receive(reply);
    reply.bytes()[4] ^= 1;
    pair.alice.receive(reply);

    assertThat(pair.alice.drops(HandshakeDrop.BAD_COOKIE_REPLY)).isOne();
    assertThat(pair.alice.drops(HandshakeDrop.UNKNOWN_INDEX)).isOne();
  }

  /** Trap 12. */
  @Test
  void shouldNotMoveEndpointWhenCookieReplyComesFromElsewhere() {
    pair.bob.underLoad = true;
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    pair.bob.receive(pair.fromAlice.remove());
    pair.alice.receive(pair.fromBob.remove().from(ELSEWHERE));

    assertThat(pair.toBob.protocol.endpoint()).isEqualTo(BOB);
  }

  /** Trap 12. */
  @Test
  void shouldMoveEndpointWhenAuthenticMessagesComeFromElsewhere() {
    pair.bob.receive(initiation().from(ELSEWHERE));
    assertThat(pair.toAlice.protocol.endpoint()).as("initiation").isEqualTo(ELSEWHERE);

    pair.alice.receive(pair.fromBob.remove().from(ELSEWHERE));
    assertThat(pair.toBob.protocol.endpoint()).as("response").isEqualTo(ELSEWHERE);

    pair.bob.receive(pair.fromAlice.remove().from(ALICE));
    assertThat(pair.toAlice.protocol.endpoint()).as("transport").isEqualTo(ALICE);
  }

  /** Trap 12. */
  @Test
  void shouldNotMoveEndpointWhenInitiationIsReplayed() {
    Datagram initiation = initiation();
    pair.bob.receive(initiation);
    pair.clock.advanceNs(S);
    pair.bob.receive(initiation.from(ELSEWHERE));

    assertThat(pair.toAlice.protocol.endpoint()).isEqualTo(ALICE);
  }

  /** Trap 16. */
  @Test
  void shouldConvergeAtOnceWhenBothInitiate() {
    pair.bob.protocol.changeEndpoint(pair.toAlice.protocol, ALICE, pair.clock.nowNs());
    pair.alice.send(pair.toBob, "from alice");
    pair.bob.send(pair.toAlice, "from bob");
    pair.carry();
    pair.alice.send(pair.toBob, "again from alice");
    pair.bob.send(pair.toAlice, "again from bob");
    pair.carry();

    assertThat(pair.toAlice.delivered).containsExactly("from alice", "again from alice");
    assertThat(pair.toBob.delivered).containsExactly("from bob", "again from bob");
    for (int second = 0; second < 100; second++) {
      pair.clock.advanceNs(S);
      pair.aliceSamples();
      pair.bobSamples();
      pair.carry();
    }
    assertThat(pair.alice.log).filteredOn("send 1"::equals).hasSize(1);
    assertThat(pair.bob.log).filteredOn("send 1"::equals).hasSize(1);
  }

  /** Trap 16, whatever arrives first. */
  @Test
  void shouldConvergeWhenBothInitiateInAnyOrderOfArrival() {
    for (long seed = 0; seed < 200; seed++) {
      Pair both = new Pair();
      both.bob.protocol.changeEndpoint(both.toAlice.protocol, ALICE, both.clock.nowNs());
      both.alice.send(both.toBob, "from alice");
      both.bob.send(both.toAlice, "from bob");
      SplittableRandom order = new SplittableRandom(seed);
      while (!both.fromAlice.isEmpty() || !both.fromBob.isEmpty()) {
        List<Datagram> wire = new ArrayList<>(both.fromAlice);
        wire.addAll(both.fromBob);
        Datagram chosen = wire.get(order.nextInt(wire.size()));
        if (both.fromAlice.remove(chosen)) {
          both.bob.receive(chosen);
        } else {
          both.fromBob.remove(chosen);
          both.alice.receive(chosen);
        }
      }
      both.alice.send(both.toBob, "x");
      both.bob.send(both.toAlice, "y");
      both.carry();

      assertThat(both.toAlice.delivered).as("seed %d", seed).contains("from alice", "x");
      assertThat(both.toBob.delivered).as("seed %d", seed).contains("from bob", "y");
    }
  }

  /** Trap 16. */
  @Test
  void shouldKeepOneInitiationPendingWhenWantedAgainAndAgain() {
    for (int i = 0; i < 1000; i++) {
      pair.alice.send(pair.toBob, "x");
      pair.aliceAfter(4 * MS);
    }

    assertThat(pair.fromAlice).hasSize(1);
    assertThat(pair.alice.indices).hasSize(1);
  }

  /** Trap 23: the protocol invents no index, and does without when there is none. */
  @Test
  void shouldUseNoIndexButTheSourcesWhenSessionsBegin() {
    pair.bob.indicesLeft = false;
    pair.handshake();
    assertThat(pair.bob.drops(HandshakeDrop.NO_INDEX_LEFT)).isOne();
    assertThat(pair.toAlice.protocol.endpoint()).isNull();

    pair.bob.indicesLeft = true;
    pair.aliceAfter(5 * S);
    pair.carry();
    assertThat(pair.bob.indices).containsExactly(pair.toAlice.protocol.current().localIndex());
    assertThat(pair.alice.indices).containsExactly(pair.toBob.protocol.current().localIndex());
    assertThat(pair.toBob.protocol.current().localIndex())
        .isEqualTo(pair.toAlice.protocol.current().remoteIndex());
  }

  @Test
  void shouldDropWhenDeviceIsDown() {
    Datagram initiation = initiation();
    pair.bob.protocol.onLocalDown(pair.clock.nowNs());
    pair.bob.receive(initiation);

    assertThat(pair.bob.drops(HandshakeDrop.NOT_READY)).isOne();
  }

  private Datagram initiation() {
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    return pair.fromAlice.remove();
  }

  private Datagram retry() {
    pair.aliceAfter(5 * S);
    return pair.fromAlice.remove();
  }
}
