package io.taltun.daemon.peer;

import static io.taltun.daemon.peer.Pair.ALICE;
import static io.taltun.daemon.peer.Pair.S;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.noise.StaticIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Keys and peers that come, change and go. */
class DeviceSettingsTest {
  private final Pair pair = new Pair();

  /** Trap 25. */
  @Test
  void shouldRefusePeerWhenKeyIsOurOwn() {
    assertThatThrownBy(() -> pair.alice.add(pair.alice.publicKey(), ALICE, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("own public key");
    assertThatThrownBy(() -> pair.alice.add(pair.bob.publicKey(), ALICE, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Trap 25. */
  @Test
  void shouldEraseSessionsWhenPresharedKeyChanges() {
    pair.handshake();
    changePresharedKey(pair.alice, pair.toBob, 7);

    assertThat(pair.alice.sessions).isEmpty();
    assertThat(pair.alice.indices).isEmpty();
    assertThat(pair.toBob.current).isNull();

    pair.clock.advanceNs(5 * S);
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    assertThat(pair.alice.drops(HandshakeDrop.NOT_AUTHENTIC)).isOne();

    changePresharedKey(pair.bob, pair.toAlice, 7);
    pair.aliceAfter(5 * S);
    pair.carry();
    assertThat(pair.toAlice.delivered).containsExactly("x");
  }

  @Test
  void shouldKeepSessionsWhenPresharedKeyIsTheSame() {
    pair.handshake();
    pair.alice.protocol.changePresharedKey(
        pair.toBob.protocol, PresharedKey.none(), pair.clock.nowNs());

    assertThat(pair.alice.sessions).hasSize(1);
  }

  /** Trap 25: a response made with the old preshared key comes after the change. */
  @Test
  void shouldForgetPendingInitiationWhenPresharedKeyChanges() {
    pair.alice.send(pair.toBob, "x");
    pair.bob.receive(pair.fromAlice.remove());
    changePresharedKey(pair.alice, pair.toBob, 7);
    pair.carry();

    assertThat(pair.toBob.protocol.current()).isNull();
    assertThat(pair.alice.indices).isEmpty();
  }

  /** Trap 25. */
  @Test
  void shouldEraseSessionsAndSpeakAsAnotherWhenPrivateKeyChanges() {
    pair.handshake();
    StaticIdentity identity =
        new StaticIdentity(
            PrivateKey.generate(new SplittableRandom(5)), SimulatedDevice.PRIMITIVES);
    pair.alice.protocol.changeIdentity(identity, pair.clock.nowNs());
    assertThat(pair.alice.sessions).isEmpty();
    SimulatedPeer renamed = pair.bob.add(identity.publicKey(), null, 0);

    pair.clock.advanceNs(5 * S);
    pair.alice.send(pair.toBob, "x");
    pair.carry();
    assertThat(renamed.delivered).containsExactly("x");
  }

  /** Trap 25. */
  @Test
  void shouldRemovePeerWhenPrivateKeyBecomesItsOwn() {
    pair.handshake();
    PeerProtocol removed =
        pair.alice.protocol.changeIdentity(pair.bob.identity, pair.clock.nowNs());

    assertThat(removed).isSameAs(pair.toBob.protocol);
    assertThat(pair.alice.protocol.peers()).isEmpty();
    assertThat(pair.alice.sessions).isEmpty();
  }

  @Test
  void shouldDropAndStaySilentWhenThereIsNoPrivateKey() {
    pair.alice.protocol.onHandshakeWanted(pair.toBob.protocol, pair.clock.nowNs());
    pair.bob.protocol.changeIdentity(null, pair.clock.nowNs());
    pair.bob.receive(pair.fromAlice.remove());
    pair.bob.protocol.changeEndpoint(pair.toAlice.protocol, ALICE, pair.clock.nowNs());
    pair.bob.send(pair.toAlice, "x");

    assertThat(pair.bob.drops(HandshakeDrop.NOT_READY)).isOne();
    assertThat(pair.fromBob).isEmpty();
  }

  @Test
  void shouldSpeakToPersistentPeersAtOnceWhenThePrivateKeyComes() {
    pair.alice.protocol.changeIdentity(null, pair.clock.nowNs());
    pair.alice.protocol.changePersistentKeepalive(pair.toBob.protocol, 25 * S, pair.clock.nowNs());
    assertThat(pair.fromAlice).isEmpty();
    pair.alice.protocol.changeIdentity(pair.alice.identity, pair.clock.nowNs());
    assertThat(pair.fromAlice).hasSize(1);
  }

  @Test
  void shouldErasePeerWhenRemoved() {
    pair.handshake();
    pair.alice.protocol.removePeer(pair.toBob.protocol);

    assertThat(pair.alice.sessions).isEmpty();
    assertThat(pair.alice.indices).isEmpty();
    assertThat(pair.alice.protocol.peer(pair.bob.publicKey())).isNull();
    assertThat(pair.alice.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
  }

  @Test
  void shouldIgnoreEventsWhenPeerIsGone() {
    pair.handshake();
    PeerProtocol gone = pair.toBob.protocol;
    int localIndex = gone.current().localIndex();
    pair.alice.protocol.removePeer(gone);
    List<String> before = new ArrayList<>(pair.alice.log);
    long nowNs = pair.clock.nowNs();
    pair.alice.protocol.onHandshakeWanted(gone, nowNs);
    pair.alice.protocol.onSessionConfirmed(gone, localIndex, nowNs);
    pair.alice.protocol.onEndpointMoved(gone, ALICE, nowNs);
    pair.alice.protocol.onTraffic(gone, TrafficSample.NONE, nowNs);
    pair.alice.protocol.changeEndpoint(gone, ALICE, nowNs);
    pair.alice.protocol.changePersistentKeepalive(gone, S, nowNs);
    changePresharedKey(pair.alice, pair.toBob, 3);
    pair.alice.protocol.removePeer(gone);

    assertThat(pair.alice.log).isEqualTo(before);
    assertThat(pair.alice.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
  }

  @Test
  void shouldDropWhenPublicKeyIsOfLowOrder() {
    SimulatedPeer weak = pair.alice.add(PublicKey.of(new byte[32]), ALICE, 0);
    pair.alice.send(weak, "x");

    assertThat(pair.alice.drops(HandshakeDrop.LOW_ORDER_KEY)).isOne();
    assertThat(pair.alice.indices).isEmpty();
  }

  @Test
  void shouldEraseEverythingWhenDownOrClosed() {
    pair.handshake();
    pair.alice.protocol.onLocalDown(pair.clock.nowNs());
    pair.bob.protocol.close();

    assertThat(pair.alice.sessions).isEmpty();
    assertThat(pair.bob.sessions).isEmpty();
    assertThat(pair.toBob.protocol.state()).isEqualTo(PeerState.IDLE);
    assertThat(pair.alice.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
    assertThat(pair.bob.poll()).isEqualTo(DeviceProtocol.NO_DEADLINE);
  }

  private void changePresharedKey(SimulatedDevice device, SimulatedPeer peer, int seed) {
    device.protocol.changePresharedKey(
        peer.protocol, PresharedKey.generate(new SplittableRandom(seed)), pair.clock.nowNs());
  }
}
