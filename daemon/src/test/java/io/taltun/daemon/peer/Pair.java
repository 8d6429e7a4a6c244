package io.taltun.daemon.peer;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/** Two devices that know each other, and a wire on which a test carries each datagram by hand. */
final class Pair {
  static final Endpoint ALICE = Endpoint.ofIpv4(0xc000_0201, 51820);
  static final Endpoint BOB = Endpoint.ofIpv4(0xc000_0202, 51821);
  static final long MS = 1_000_000;
  static final long S = 1_000_000_000;

  final HandClock clock = new HandClock();
  final ChosenJitter aliceJitter = new ChosenJitter(1);
  final ChosenJitter bobJitter = new ChosenJitter(2);
  final Deque<Datagram> fromAlice = new ArrayDeque<>();
  final Deque<Datagram> fromBob = new ArrayDeque<>();
  final SimulatedDevice alice;
  final SimulatedDevice bob;

  /** Bob, as Alice knows him. */
  final SimulatedPeer toBob;

  /** Alice, as Bob knows her. */
  final SimulatedPeer toAlice;

  Pair() {
    this(0, 0);
  }

  Pair(long persistentKeepaliveNs, long rekeyAfterBytes) {
    alice =
        new SimulatedDevice(
            PrivateKey.generate(new SplittableRandom(11)),
            ALICE,
            clock,
            aliceJitter,
            rekeyAfterBytes,
            fromAlice::add);
    bob =
        new SimulatedDevice(
            PrivateKey.generate(new SplittableRandom(22)),
            BOB,
            clock,
            bobJitter,
            rekeyAfterBytes,
            fromBob::add);
    toBob = alice.add(bob.publicKey(), BOB, persistentKeepaliveNs);
    toAlice = bob.add(alice.publicKey(), null, 0);
  }

  /** Alice initiates, everything arrives. */
  void handshake() {
    alice.protocol.onHandshakeWanted(toBob.protocol, clock.nowNs());
    carry();
  }

  /** Carries until nobody has anything to say. */
  void carry() {
    while (!fromAlice.isEmpty() || !fromBob.isEmpty()) {
      if (!fromAlice.isEmpty()) {
        bob.receive(fromAlice.remove());
      }
      if (!fromBob.isEmpty()) {
        alice.receive(fromBob.remove());
      }
    }
  }

  /** Moves time and lets Alice alone run what is due. */
  void aliceAfter(long ns) {
    clock.advanceNs(ns);
    alice.poll();
  }

  /** Alice tells what her workers saw, and runs what is due. */
  void aliceSamples() {
    alice.sample(toBob);
    alice.poll();
  }

  /** Bob tells what his workers saw, and runs what is due. */
  void bobSamples() {
    bob.sample(toAlice);
    bob.poll();
  }
}
