package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.BOB;
import static io.taltun.daemon.peer.Pair.MS;
import static io.taltun.daemon.peer.Pair.S;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.noise.CookieGenerator;
import io.taltun.crypto.wire.Initiation;
import io.taltun.crypto.wire.MessageType;
import io.taltun.dataplane.udp.Endpoint;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Bob is flooded with initiations that have a valid mac1; Alice is honest. */
class AdmissionTest {
  private static final Endpoint ALICE = Pair.ALICE;
  private static final Endpoint FLOODER = Endpoint.ofIpv4(0xc633_6401, 4444);

  private final Pair pair = new Pair();
  private final DeviceProtocol bob = pair.bob.protocol;
  private final SplittableRandom random = new SplittableRandom(77);
  private final CookieGenerator forger =
      new CookieGenerator(pair.bob.publicKey(), SimulatedDevice.PRIMITIVES);

  /** Trap 7. */
  @Test
  void shouldAskOnlyTheFlooderForACookieWhenThereIsOne() {
    for (int i = 0; i < 5000; i++) {
      offer(forged(), FLOODER);
    }
    assertThat(bob.waitingInitiations()).isEqualTo(Admission.FLOW_BACKLOG);
    assertThat(pair.fromBob).hasSize(5000 - Admission.FLOW_BACKLOG);
    assertThat(pair.fromBob).allMatch(d -> d.to().equals(FLOODER));
    pair.fromBob.clear();

    aliceInitiates();
    assertThat(bob.underLoad(now())).isFalse();
    // The flooder's turn, then hers, whatever he has waiting.
    assertThat(bob.answerNext(now())).isEqualTo(Answer.IN_VAIN);
    assertThat(bob.answerNext(now())).isEqualTo(Answer.ANSWERED);
    assertThat(pair.fromBob.remove().type()).isEqualTo(MessageType.RESPONSE);
  }

  /** Trap 7: with a cookie he is held to his budget. */
  @Test
  void shouldHoldAFlooderToHisBudgetWhenHeHasACookie() {
    for (int i = 0; i <= Admission.FLOW_BACKLOG; i++) {
      offer(forged(), FLOODER);
    }
    assertThat(forger.readCookieReply(pair.fromBob.remove().bytes(), now())).isTrue();
    for (int i = 0; i < 1000; i++) {
      offer(forged(), FLOODER);
    }
    assertThat(pair.fromBob).isEmpty();
    assertThat(bob.waitingInitiations()).isEqualTo(Admission.FLOW_BACKLOG + SourceBudgets.BURST);
    assertThat(pair.bob.drops(HandshakeDrop.OVER_BUDGET)).isEqualTo(1000 - SourceBudgets.BURST);
    assertThat(bob.underLoad(now())).isFalse();
  }

  /** Trap 8: also the last of many is sent a cookie, with which the retry is answered. */
  @Test
  void shouldAnswerEverybodyWithACookieWhenManySourcesFlood() {
    floodFromManySources(3000);
    assertThat(bob.underLoad(now())).isTrue();
    assertThat(bob.waitingInitiations()).isEqualTo(LoadGauge.BACKLOG);
    assertThat(pair.fromBob).hasSize(3000 - LoadGauge.BACKLOG);
    pair.fromBob.clear();

    aliceInitiates();
    assertThat(pair.fromBob).hasSize(1);
    assertThat(pair.fromBob.peek().to()).isEqualTo(ALICE);
    assertThat(pair.fromBob.peek().bytes()).hasSize(64);
    pair.alice.receive(pair.fromBob.remove());

    pair.aliceAfter(5 * S);
    floodFromManySources(3000);
    pair.fromBob.clear();
    offer(pair.fromAlice.remove().bytes(), ALICE);
    answerAll();
    assertThat(pair.fromBob).hasSize(1);
    assertThat(pair.fromBob.peek().type()).isEqualTo(MessageType.RESPONSE);
  }

  /** Trap 9: a cookie is worth nothing at another port of the same address. */
  @Test
  void shouldAskAgainWhenACookieComesFromAnotherPort() {
    floodFromManySources(3000);
    pair.fromBob.clear();
    aliceInitiates();
    pair.alice.receive(pair.fromBob.remove());
    pair.aliceAfter(5 * S);
    floodFromManySources(3000);
    pair.fromBob.clear();
    Endpoint behindTheSameNat = Endpoint.ofIpv4(ALICE.ipv4(), ALICE.port() + 1);
    offer(pair.fromAlice.peek().bytes(), behindTheSameNat);
    assertThat(pair.fromBob.remove().type()).isEqualTo(MessageType.COOKIE_REPLY);
    int waiting = bob.waitingInitiations();
    offer(pair.fromAlice.remove().bytes(), ALICE);
    assertThat(bob.waitingInitiations()).isEqualTo(waiting + 1);
  }

  /** Trap 10. */
  @Test
  void shouldStopAskingForCookiesASecondAfterTheFlood() {
    floodFromManySources(3000);
    answerAll();
    pair.fromBob.clear();
    pair.clock.advanceNs(S - 1);
    assertThat(bob.underLoad(now())).isTrue();
    pair.clock.advanceNs(1);
    assertThat(bob.underLoad(now())).isFalse();

    aliceInitiates();
    answerAll();
    assertThat(pair.fromBob.remove().type()).isEqualTo(MessageType.RESPONSE);
  }

  /** Trap 10: not even when every message of a second is judged. */
  @Test
  void shouldStopAskingForCookiesWhenTheHonestGoOnKnocking() {
    LoadGauge load = new LoadGauge();
    assertThat(load.underLoad(LoadGauge.BACKLOG, now())).isTrue();
    for (int i = 0; i < 999; i++) {
      pair.clock.advanceNs(MS);
      assertThat(load.underLoad(LoadGauge.BACKLOG - 1, now())).isTrue();
    }
    pair.clock.advanceNs(MS);
    assertThat(load.underLoad(LoadGauge.BACKLOG - 1, now())).isFalse();
    assertThat(load.underLoad(0, now())).isFalse();
  }

  /** Trap 32. */
  @Test
  void shouldLetABoundedNumberWaitWhenManySourcesHaveCookies() {
    floodFromManySources(LoadGauge.BACKLOG);
    for (int host = 0; host < 6000; host++) {
      Endpoint bot = Endpoint.ofIpv4(0x0b00_0000 + host, 1);
      CookieGenerator forger =
          new CookieGenerator(pair.bob.publicKey(), SimulatedDevice.PRIMITIVES);
      offer(forged(forger), bot);
      assertThat(forger.readCookieReply(pair.fromBob.removeLast().bytes(), now())).isTrue();
      offer(forged(forger), bot);
    }
    assertThat(bob.waitingInitiations()).isEqualTo(InitiationQueue.CAPACITY);
    assertThat(pair.bob.drops(HandshakeDrop.QUEUE_FULL)).isPositive();
  }

  /** Trap 11: timers and our own handshakes need nobody's cookie. */
  @Test
  void shouldFinishOurOwnHandshakeWhenWeAreFlooded() {
    floodFromManySources(3000);
    pair.fromBob.clear();
    bob.changeEndpoint(pair.toAlice.protocol, ALICE, now());
    bob.onHandshakeWanted(pair.toAlice.protocol, now());
    pair.alice.receive(pair.fromBob.remove());
    bob.onHandshakeMessage(pair.fromAlice.peek().bytes(), 92, ALICE, now());
    assertThat(pair.toAlice.protocol.current()).isNotNull();
    assertThat(bob.waitingInitiations()).isEqualTo(LoadGauge.BACKLOG);
  }

  @Test
  void shouldDropWhatWaitsWhenTheDeviceWentDown() {
    aliceInitiates();
    bob.onLocalDown(now());
    assertThat(bob.answerNext(now())).isEqualTo(Answer.IN_VAIN);
    assertThat(bob.answerNext(now())).isEqualTo(Answer.NONE_WAITS);
    assertThat(pair.bob.drops(HandshakeDrop.NOT_READY)).isOne();
    assertThat(pair.fromBob).isEmpty();
  }

  private long now() {
    return pair.clock.nowNs();
  }

  private void aliceInitiates() {
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, now());
    offer(pair.fromAlice.remove().bytes(), ALICE);
  }

  private void floodFromManySources(int count) {
    for (int i = 0; i < count; i++) {
      offer(forged(), Endpoint.ofIpv4(random.nextInt(), 1024 + random.nextInt(60_000)));
    }
  }

  private void answerAll() {
    Answer answer;
    do {
      answer = bob.answerNext(now());
    } while (answer != Answer.NONE_WAITS);
  }

  private void offer(byte[] message, Endpoint from) {
    assertThat(from).isNotEqualTo(BOB);
    bob.onHandshakeMessage(message, message.length, from, now());
  }

  private byte[] forged() {
    return forged(forger);
  }

  private byte[] forged(CookieGenerator forger) {
    byte[] message = new byte[Initiation.LENGTH];
    random.nextBytes(message);
    Initiation.putHeader(message, random.nextInt());
    forger.addMacs(message, message.length, now());
    return message;
  }
}
