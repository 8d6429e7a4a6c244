package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.S;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Two peers for hours over a network that loses, repeats, delays and reorders, is cut, moves one of
 * them and restarts one of them. {@code -Dtaltun.seed=N} repeats a run.
 */
class HostileNetworkTest {
  private static final long SEED = Long.getLong("taltun.seed", 20260101);
  private static final Endpoint ALICE = Endpoint.ofIpv4(0xc000_0201, 51820);
  private static final Endpoint BOB = Endpoint.ofIpv4(0xc633_6402, 51820);

  /**
   * A dead session is noticed 15 s after the first unanswered packet; the handshake follows at most
   * one retry later.
   */
  private static final long RECOVERY_NS = 15 * S + 2 * (5 * S + S / 3) + 2 * S;

  private static final int ROUNDS = 120;

  private final SimulatedNetwork network = new SimulatedNetwork(SEED);
  private final SplittableRandom random = network.split();
  private SimulatedDevice alice;
  private SimulatedDevice bob;
  private SimulatedPeer toBob;
  private SimulatedPeer toAlice;
  private int sent;
  private int madeBefore;

  @Test
  void shouldRecoverWithinBoundWhenNetworkIsHostile() {
    System.out.println("hostile network: -Dtaltun.seed=" + SEED);
    startAlice();
    startBob();
    long startNs = network.clock.nowNs();
    for (int round = 0; round < ROUNDS; round++) {
      suffer(round);
      network.weather = NetworkWeather.FAIR;
      assertRecovery(round);
      run(random.nextLong(1, 240) * S, random.nextInt(3));
      assertBounded(round);
    }
    System.out.printf(
        "hostile network: %d s, %d packets sent, Bob made %d sessions%n",
        (network.clock.nowNs() - startNs) / S, sent, madeBefore + created(bob));

    assertThat(alice.notAuthentic + bob.notAuthentic).as("seed %d", SEED).isZero();
    assertThat((network.clock.nowNs() - startNs) / S).isGreaterThan(3 * 3600);
  }

  private void suffer(int round) {
    switch (round % 6) {
      case 0, 1, 2 -> network.weather = NetworkWeather.stormy(random);
      case 3 -> network.weather = NetworkWeather.CUT;
      case 4 -> {
        Endpoint elsewhere = Endpoint.ofIpv4(0xcb00_7100 + random.nextInt(200), 1 + round);
        network.move(alice, elsewhere);
      }
      default -> {
        madeBefore += created(bob);
        network.unplug(bob);
        startBob();
      }
    }
    run(random.nextLong(1, 200) * S, random.nextInt(3));
  }

  /** Traffic in one or both directions, or none, a packet every half second. */
  private void run(long forNs, int traffic) {
    long endNs = network.clock.nowNs() + forNs;
    while (network.clock.nowNs() - endNs < 0) {
      if (traffic > 0) {
        alice.send(toBob, "a" + sent++);
      }
      if (traffic > 1) {
        bob.send(toAlice, "b" + sent++);
      }
      network.runUntil(network.clock.nowNs() + S / 2);
    }
  }

  private void assertRecovery(int round) {
    long deadlineNs = network.clock.nowNs() + RECOVERY_NS;
    String fromAlice = "a" + sent++;
    String fromBob = "b" + sent++;
    int toBobBefore = toAlice.delivered.size();
    int toAliceBefore = toBob.delivered.size();
    boolean both = false;
    while (!both && network.clock.nowNs() - deadlineNs < 0) {
      alice.send(toBob, fromAlice);
      bob.send(toAlice, fromBob);
      network.runUntil(network.clock.nowNs() + S / 2);
      both =
          toAlice.delivered.subList(toBobBefore, toAlice.delivered.size()).contains(fromAlice)
              && toBob.delivered.subList(toAliceBefore, toBob.delivered.size()).contains(fromBob);
    }
    assertThat(both).as("seed %d, round %d: both hear each other", SEED, round).isTrue();
    toAlice.delivered.clear();
    toBob.delivered.clear();
  }

  private void assertBounded(int round) {
    for (SimulatedDevice device : new SimulatedDevice[] {alice, bob}) {
      assertThat(device.sessions).as("seed %d, round %d", SEED, round).hasSizeLessThan(4);
      assertThat(device.indices).as("seed %d, round %d", SEED, round).hasSizeLessThan(5);
      assertThat(device.indices).containsAll(device.sessions.keySet());
    }
  }

  private void startAlice() {
    alice = device(11, ALICE);
    toBob = alice.add(bobsKey(), BOB, 25 * S);
    network.watch(alice, toBob);
  }

  private void startBob() {
    bob = device(22, BOB);
    toAlice = bob.add(alice.publicKey(), null, 0);
    network.watch(bob, toAlice);
  }

  private static PublicKey bobsKey() {
    try (PrivateKey key = PrivateKey.generate(new SplittableRandom(22))) {
      return key.publicKey(SimulatedDevice.PRIMITIVES.x25519());
    }
  }

  private SimulatedDevice device(long keySeed, Endpoint address) {
    try (PrivateKey key = PrivateKey.generate(new SplittableRandom(keySeed))) {
      SimulatedDevice device =
          new SimulatedDevice(key, address, network.clock, network.split(), 0, network::carry);
      network.plug(device);
      return device;
    }
  }

  private static int created(SimulatedDevice device) {
    return (int) device.log.stream().filter("created"::equals).count();
  }
}
