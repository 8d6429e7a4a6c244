package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.AccessRules;
import io.taltun.config.PeerConfig;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.daemon.control.DeviceTransfer.PeerPart;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.PeerTransfer;
import io.taltun.daemon.peer.Presence;
import io.taltun.daemon.state.PeerMemory;
import io.taltun.daemon.state.PeerRecord;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stays true of a gateway in its next process, whatever else its file says by now. */
class DeviceHandoverTest {
  private static final PublicKey ANN = IdleControl.key(1);
  private static final byte[] SENT = {0x40, 0, 0, 0, 0x70, 0, 0, 2, 0, 0, 0, 0};
  private static final byte[] ANSWERED = {0x40, 0, 0, 0, 0x70, 0, 0, 1, 0, 0, 0, 0};

  private final Remembered memory = new Remembered();
  private final IdleControl next = new IdleControl(memory);

  DeviceHandoverTest() throws Exception {}

  @AfterEach
  void free() {
    next.close();
  }

  private static final class Remembered implements PeerMemory {
    final List<byte[]> sent = new ArrayList<>();
    final List<byte[]> answered = new ArrayList<>();

    @Override
    public PeerRecord recall(PublicKey peer) {
      return null;
    }

    @Override
    public byte[] greatestSent() {
      return null;
    }

    @Override
    public void learned(PublicKey peer, Endpoint endpoint, String configured) {}

    @Override
    public void answered(PublicKey peer, byte[] timestamp) {
      answered.add(timestamp.clone());
    }

    @Override
    public void sent(byte[] timestamp) {
      sent.add(timestamp.clone());
    }

    @Override
    public void forget(PublicKey peer) {}
  }

  private static StaticIdentity identity(int seed) {
    return new StaticIdentity(
        PrivateKey.generate(new SplittableRandom(seed)), IdleControl.PRIMITIVES);
  }

  private static PresharedKey preshared(int seed) {
    return PresharedKey.generate(new SplittableRandom(seed));
  }

  private void configure(int identitySeed, int presharedSeed) {
    PeerConfig ann =
        new PeerConfig(
            "ann", ANN, preshared(presharedSeed), null, List.of(), Duration.ZERO, AccessRules.NONE);
    next.control.configure(identity(identitySeed), List.of(ann), Map.of());
  }

  /** From a process with the private and the preshared key of seed 1. */
  private static DeviceTransfer transfer() {
    PeerTransfer protocol =
        new PeerTransfer(
            List.of(),
            Long.MIN_VALUE,
            ANSWERED.clone(),
            Long.MIN_VALUE,
            0,
            false,
            PeerState.IDLE,
            0,
            new long[0],
            new long[PeerTransfer.TRAFFIC_LENGTH]);
    Peer idle = new Peer(0, 1);
    List<long[]> lanes = List.of(idle.lane(0).copy(), idle.lane(1).copy());
    PeerPart ann =
        new PeerPart(
            ANN,
            preshared(1).copyBytes(),
            "",
            null,
            0,
            new Presence().copy(),
            protocol,
            List.of(),
            lanes,
            List.of());
    return new DeviceTransfer(identity(1).publicKey(), SENT.clone(), null, List.of(ann));
  }

  @Test
  void shouldKeepRecordedInitiationsDeadWhenAPeerGoesOn() {
    configure(1, 1);
    next.control.adopt(transfer());
    assertThat(memory.answered).containsExactly(ANSWERED);
  }

  @Test
  void shouldKeepRecordedInitiationsDeadWhenThePresharedKeyIsAnother() {
    configure(1, 2);
    next.control.adopt(transfer());
    assertThat(memory.answered).containsExactly(ANSWERED);
  }

  @Test
  void shouldRememberTheLatestLabelWhenThePrivateKeyIsAnother() {
    configure(2, 1);
    next.control.adopt(transfer());
    assertThat(memory.sent).containsExactly(SENT);
    assertThat(memory.answered).as("to another key").isEmpty();
  }
}
