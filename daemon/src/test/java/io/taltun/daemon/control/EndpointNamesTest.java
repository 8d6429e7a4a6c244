package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.HostPort;
import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.daemon.peer.Actions;
import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.HandshakeDrop;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.PeerSettings;
import io.taltun.daemon.peer.PeerState;
import io.taltun.daemon.peer.SessionLife;
import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Trap 33: a peer whose name points elsewhere by now is found there. */
class EndpointNamesTest {
  private static final long S = 1_000_000_000;
  private static final HostPort NAME = new HostPort("gateway.example", 51820);
  private static final Endpoint OLD = Endpoint.ofIpv4(0xc000_0201, 51820);
  private static final Endpoint NEW = Endpoint.ofIpv6(0x2001_0db8L << 32, 1, 51820, 0);
  private static final Endpoint ROAMED = Endpoint.ofIpv4(0xcb00_7109, 4711);

  private final SplittableRandom random = new SplittableRandom(1);
  private final PeerTable peers = new PeerTable(random, 1);
  private final Deque<NamedEndpoint.Answer> asked = new ArrayDeque<>();
  private final List<Endpoint> initiations = new ArrayList<>();
  private final EndpointNames names = new EndpointNames(this::lookUp, this::moveTo);
  private final DeviceProtocol protocol =
      new DeviceProtocol(
          new StaticIdentity(PrivateKey.generate(random), Primitives.of("bouncycastle")),
          new Tai64n(() -> Instant.EPOCH),
          random,
          peers,
          new Recorder(),
          0);
  private final PeerEntry entry =
      peers.create(PrivateKey.generate(random).publicKey(Primitives.of("bouncycastle").x25519()));
  private long nowNs = -7 * S;

  EndpointNamesTest() {
    PublicKey key = entry.publicKey();
    peers.put(entry);
    entry.setProtocol(
        protocol.addPeer(new PeerSettings(key, PresharedKey.none(), OLD, 0, entry), nowNs));
    entry.setNamedEndpoint(new NamedEndpoint(NAME));
    protocol.onLocalUp(nowNs);
  }

  private void lookUp(HostPort name, NamedEndpoint.Answer answer) {
    assertThat(name).isEqualTo(NAME);
    asked.add(answer);
  }

  private void moveTo(PeerEntry moved, Endpoint endpoint) {
    protocol.changeEndpoint(moved.protocol(), endpoint, nowNs);
  }

  private void after(long ns) {
    nowNs += ns;
    protocol.poll(nowNs);
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      after(S);
    }
  }

  private void beginAttempt() {
    protocol.onHandshakeWanted(entry.protocol(), nowNs);
  }

  /** Trap 33. */
  @Test
  void shouldInitiateWhereTheNamePointsNowWhenTheOldAddressIsDead() {
    beginAttempt();
    after(5 * S - 1);
    assertThat(asked).isEmpty();
    after(1);
    asked.remove().found(NEW);
    after(S);

    assertThat(initiations).containsExactly(OLD, NEW);
  }

  /** Trap 33: the record may move long after the peer went, and the attempt may have ended. */
  @Test
  void shouldAskAgainAndAgainWhenThePeerStaysAway() {
    beginAttempt();
    for (int second = 0; second < 89; second++) {
      after(S);
      asked.forEach(answer -> answer.found(second() % 2 == 0 ? null : OLD));
      asked.clear();
      beginAttempt();
    }
    // While the answer is out, nobody asks a second time.
    seconds(200);
    assertThat(asked).hasSize(1);
    asked.remove().found(NEW);
    beginAttempt();
    assertThat(initiations).endsWith(NEW);
  }

  private long second() {
    return Math.floorDiv(nowNs, S);
  }

  @Test
  void shouldAskNoMoreThanTwiceAMinuteWhenEachInitiationGoesUnanswered() {
    int lookups = 0;
    for (int second = 0; second < 600; second++) {
      beginAttempt();
      after(S);
      for (; !asked.isEmpty(); lookups++) {
        asked.remove().found(null);
      }
    }
    assertThat(lookups).isBetween(15, 20);
    assertThat(initiations).hasSizeGreaterThan(100).containsOnly(OLD);
  }

  /** Trap 33: the name is older than what the peer itself said. */
  @Test
  void shouldStayWhereThePeerWasHeardWhenTheAnswerComesLate() {
    beginAttempt();
    seconds(6);
    nowNs++;
    protocol.onEndpointMoved(entry.protocol(), ROAMED, nowNs);
    protocol.onTraffic(
        entry.protocol(),
        new TrafficSample(TrafficSample.NEVER, nowNs, TrafficSample.NEVER, nowNs, 1, 0),
        nowNs);
    assertThat(entry.protocol().state()).isNotEqualTo(PeerState.OFFLINE);
    asked.remove().found(NEW);

    assertThat(entry.protocol().endpoint()).isEqualTo(ROAMED);
  }

  @Test
  void shouldLeaveTheEndpointWhenItWasSetByHandOrThePeerWentMeanwhile() {
    beginAttempt();
    after(5 * S);
    entry.setNamedEndpoint(null);
    protocol.changeEndpoint(entry.protocol(), ROAMED, nowNs);
    asked.remove().found(NEW);
    assertThat(entry.protocol().endpoint()).isEqualTo(ROAMED);

    entry.setNamedEndpoint(new NamedEndpoint(NAME));
    seconds(6);
    protocol.removePeer(entry.protocol());
    asked.remove().found(NEW);
    assertThat(entry.protocol().endpoint()).isEqualTo(ROAMED);
  }

  @Test
  void shouldAskNobodyWhenTheEndpointIsAnAddress() {
    entry.setNamedEndpoint(null);
    beginAttempt();
    seconds(90);
    assertThat(initiations).hasSizeGreaterThan(1);
    assertThat(asked).isEmpty();
  }

  /** What the tests look at; no session comes about here. */
  private final class Recorder implements Actions {
    @Override
    public void sendHandshake(PeerProtocol peer, byte[] message, int length, Endpoint to) {
      initiations.add(to);
    }

    @Override
    public void unanswered(PeerProtocol peer, long when) {
      assertThat(when).isEqualTo(nowNs);
      names.onUnanswered((PeerEntry) peer.attachment(), when);
    }

    @Override
    public void sendKeepalive(PeerProtocol peer) {
      throw new AssertionError("there is no session");
    }

    @Override
    public void sessionCreated(PeerProtocol peer, SessionLife life, TransportKeys keys) {
      throw new AssertionError("nobody answers");
    }

    @Override
    public void keypairsChanged(
        PeerProtocol peer, SessionLife current, SessionLife previous, SessionLife next) {
      throw new AssertionError("there is no session");
    }

    @Override
    public void sessionRetired(PeerProtocol peer, SessionLife life) {
      throw new AssertionError("there is no session");
    }

    @Override
    public void waitingDropped(PeerProtocol peer) {
      // Nothing waits.
    }

    @Override
    public void endpointChanged(PeerProtocol peer, Endpoint endpoint) {
      // The protocol says it.
    }

    @Override
    public void stateChanged(PeerProtocol peer, PeerState state) {
      // The protocol says it.
    }

    @Override
    public void dropped(HandshakeDrop reason) {
      throw new AssertionError(reason);
    }
  }
}
