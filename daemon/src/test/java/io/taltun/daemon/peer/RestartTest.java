package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.BOB;
import static io.taltun.daemon.peer.Pair.S;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.daemon.state.StateJournal;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is true before a restart is true after it, by the state file alone. */
class RestartTest {
  @TempDir private Path folder;

  private final Pair pair = new Pair();
  private final Deque<Datagram> fromReborn = new ArrayDeque<>();

  private StateJournal journal() {
    return StateJournal.open(folder.resolve("bob.state"), Set.of(pair.alice.publicKey()));
  }

  /** Bob with his key and his file, and nothing else. */
  private SimulatedDevice reborn(StateJournal journal) {
    SimulatedDevice bob =
        new SimulatedDevice(
            PrivateKey.generate(new SplittableRandom(22)),
            BOB,
            pair.clock,
            pair.bobJitter,
            0,
            fromReborn::add);
    SimulatedPeer toAlice = bob.add(pair.alice.publicKey(), null, 0);
    if (journal != null) {
      bob.protocol.restoreTimestamp(
          toAlice.protocol, journal.recall(pair.alice.publicKey()).timestamp());
    }
    return bob;
  }

  /** Trap 21: recordings stay dead, and the peer itself is heard, after a restart. */
  @Test
  void shouldRefuseARecordedInitiationWhenTheGatewayWasRestarted() throws Exception {
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    Datagram recorded = pair.fromAlice.peek();
    pair.carry();
    try (StateJournal journal = journal()) {
      journal.answered(
          pair.alice.publicKey(), pair.toAlice.protocol.initiations.greatestTimestamp());
    }

    SimulatedDevice forgetful = reborn(null);
    forgetful.receive(recorded);
    assertThat(forgetful.sessions).as("without the file").hasSize(1);

    fromReborn.clear();
    try (StateJournal journal = journal()) {
      SimulatedDevice bob = reborn(journal);
      bob.receive(recorded);
      assertThat(bob.sessions).isEmpty();
      assertThat(bob.drops(HandshakeDrop.REPLAYED_TIMESTAMP)).isOne();

      pair.clock.advanceNs(6 * S);
      pair.fromAlice.clear();
      pair.alice.protocol.onLocalDown(pair.clock.nowNs());
      pair.alice.protocol.onLocalUp(pair.clock.nowNs());
      pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
      bob.receive(pair.fromAlice.remove());
      assertThat(bob.sessions).hasSize(1);
    }
  }
}
