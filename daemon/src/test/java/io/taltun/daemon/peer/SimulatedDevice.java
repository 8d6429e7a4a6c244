package io.taltun.daemon.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.key.TransportKeys;
import io.taltun.crypto.noise.StaticIdentity;
import io.taltun.crypto.noise.Tai64n;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.crypto.wire.MessageType;
import io.taltun.crypto.wire.TransportData;
import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A device whose workers, wiring and clock are a test's. What it sends goes to {@code wire}. */
final class SimulatedDevice implements Actions, IndexSource {
  static final Primitives PRIMITIVES = Primitives.of("bouncycastle");

  final HandClock clock;
  final StaticIdentity identity;
  final DeviceProtocol protocol;
  final Map<Integer, SimulatedSession> sessions = new HashMap<>();
  final Set<Integer> indices = new HashSet<>();
  final Map<HandshakeDrop, Integer> drops = new EnumMap<>(HandshakeDrop.class);
  final List<String> log = new ArrayList<>();
  Endpoint address;
  boolean underLoad;
  boolean indicesLeft = true;

  /** Transport messages of a known session that did not open. */
  int notAuthentic;

  private final RandomGenerator random;
  private final Consumer<Datagram> wire;

  SimulatedDevice(
      PrivateKey key,
      Endpoint address,
      HandClock clock,
      RandomGenerator random,
      long rekeyAfterBytes,
      Consumer<Datagram> wire) {
    this.clock = clock;
    this.random = random;
    this.wire = wire;
    this.address = address;
    this.identity = new StaticIdentity(key, PRIMITIVES);
    this.protocol =
        new DeviceProtocol(identity, new Tai64n(clock), random, this, this, rekeyAfterBytes);
    this.protocol.onLocalUp(clock.nowNs());
  }

  PublicKey publicKey() {
    return identity.publicKey();
  }

  SimulatedPeer add(PublicKey key, Endpoint endpoint, long persistentKeepaliveNs) {
    SimulatedPeer peer = new SimulatedPeer();
    peer.protocol =
        protocol.addPeer(
            new PeerSettings(key, PresharedKey.none(), endpoint, persistentKeepaliveNs, peer),
            clock.nowNs());
    return peer;
  }

  int drops(HandshakeDrop reason) {
    return drops.getOrDefault(reason, 0);
  }

  long poll() {
    return protocol.poll(clock.nowNs());
  }

  void sample(SimulatedPeer peer) {
    protocol.onTraffic(peer.protocol, peer.sample(), clock.nowNs());
  }

  /** As a worker sends a packet from the TUN device. */
  void send(SimulatedPeer peer, String packet) {
    if (peer.current != null && peer.current.life.sendable(clock.nowNs())) {
      transmit(peer, packet.getBytes(UTF_8));
    } else {
      peer.wait(packet.getBytes(UTF_8));
      protocol.onHandshakeWanted(peer.protocol, clock.nowNs());
    }
  }

  /** As a worker takes a datagram from a socket. */
  void receive(Datagram datagram) {
    byte[] message = datagram.bytes();
    if (MessageType.of(message, message.length) == MessageType.TRANSPORT_DATA) {
      receiveTransport(message, datagram.from());
    } else {
      protocol.onHandshakeMessage(
          message.clone(), message.length, datagram.from(), underLoad, clock.nowNs());
    }
  }

  private void receiveTransport(byte[] message, Endpoint from) {
    SimulatedSession session = sessions.get(TransportData.receiverIndex(message));
    if (session == null || !session.life.receivable(clock.nowNs())) {
      return;
    }
    byte[] packet = session.open(message);
    if (packet == null) {
      notAuthentic++;
      return;
    }
    if (!session.firstTime(TransportData.counter(message))) {
      return;
    }
    SimulatedPeer peer = peerOf(session.peer);
    peer.onReceived(packet.length, clock.nowNs());
    if (packet.length > 0) {
      peer.delivered.add(new String(packet, UTF_8));
    }
    if (session == peer.next) {
      protocol.onSessionConfirmed(session.peer, session.life.localIndex(), clock.nowNs());
    }
    if (!from.equals(session.peer.endpoint())) {
      protocol.onEndpointMoved(session.peer, from, clock.nowNs());
    }
  }

  private void transmit(SimulatedPeer peer, byte[] packet) {
    peer.onSent(packet.length, clock.nowNs());
    PeerProtocol to = peer.current.peer;
    wire.accept(new Datagram(address, to.endpoint(), peer.current.seal(packet)));
  }

  private static SimulatedPeer peerOf(PeerProtocol peer) {
    return (SimulatedPeer) peer.attachment();
  }

  @Override
  public int allocate() {
    int index = NONE;
    while (indicesLeft && (index == NONE || !indices.add(index))) {
      index = random.nextInt();
    }
    return index;
  }

  @Override
  public void release(int index) {
    if (!indices.remove(index)) {
      throw new AssertionError("released twice: " + index);
    }
  }

  @Override
  public void sendHandshake(PeerProtocol peer, byte[] message, int length, Endpoint to) {
    log.add("send " + message[0]);
    wire.accept(new Datagram(address, to, message));
  }

  @Override
  public void sendKeepalive(PeerProtocol peer) {
    log.add("keepalive");
    transmit(peerOf(peer), new byte[0]);
  }

  @Override
  public void sessionCreated(PeerProtocol peer, SessionLife life, TransportKeys keys) {
    log.add("created");
    SimulatedSession session = new SimulatedSession(peer, life, keys, PRIMITIVES.aead());
    life.attachment = session;
    sessions.put(life.localIndex(), session);
  }

  @Override
  public void keypairsChanged(
      PeerProtocol peer, SessionLife current, SessionLife previous, SessionLife next) {
    log.add("keypairs");
    SimulatedPeer held = peerOf(peer);
    held.current = current == null ? null : (SimulatedSession) current.attachment;
    held.next = next == null ? null : (SimulatedSession) next.attachment;
    while (held.current != null && !held.waiting.isEmpty()) {
      transmit(held, held.waiting.remove());
    }
  }

  @Override
  public void sessionRetired(PeerProtocol peer, SessionLife life) {
    log.add("retired");
    sessions.remove(life.localIndex()).close();
  }

  @Override
  public void waitingDropped(PeerProtocol peer) {
    peerOf(peer).waiting.clear();
    peerOf(peer).waitingDropped++;
  }

  @Override
  public void endpointChanged(PeerProtocol peer, Endpoint endpoint) {
    log.add("endpoint " + endpoint);
  }

  @Override
  public void stateChanged(PeerProtocol peer, PeerState state) {
    peerOf(peer).states.add(state);
  }

  @Override
  public void dropped(HandshakeDrop reason) {
    drops.merge(reason, 1, Integer::sum);
  }
}
