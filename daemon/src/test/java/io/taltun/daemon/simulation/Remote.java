package io.taltun.daemon.simulation;

import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.peer.PeerProtocol;
import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.PeerLane;
import io.taltun.dataplane.session.Session;
import java.util.HashSet;
import java.util.Set;

/** A peer of a device: what its workers, its protocol and the invariants hold of it. */
final class Remote {
  final Host host;
  final Host other;
  final Peer peer;
  final PublicKey publicKey;
  final TimerWatch timers;

  /** Of the key that this device knows the other by. */
  final long keyEpoch;

  /** Initiations that were answered; another answer to one is a replay that was accepted. */
  final Set<Message> answered = new HashSet<>();

  PeerProtocol protocol;
  long presharedKeyEpoch;
  long persistentKeepaliveNs;
  boolean sampleScheduled;
  boolean handshakeWanted;
  boolean gone;
  long lastSampleNs = Long.MIN_VALUE;
  int initiations;

  private TrafficSample lastSample = TrafficSample.NONE;

  Remote(Host host, Host other, PublicKey publicKey, long keyEpoch) {
    this.host = host;
    this.other = other;
    this.publicKey = publicKey;
    this.keyEpoch = keyEpoch;
    peer = new Peer(other.number, 1);
    timers = new TimerWatch(this);
  }

  PeerLane lane() {
    return peer.lane(0);
  }

  /** As the control thread sums it up. */
  TrafficSample sample() {
    PeerLane lane = lane();
    Session current = peer.keypairs().current();
    return new TrafficSample(
        lane.lastDataSentNs(),
        lane.lastDataReceivedNs(),
        lane.lastAnySentNs(),
        lane.lastAnyReceivedNs(),
        lane.sentBytes() + lane.receivedBytes() + peer.controlLane().sentBytes(),
        current == null ? 0 : current.sendCounter());
  }

  boolean changedBy(TrafficSample sample) {
    boolean changed = !sample.equals(lastSample);
    lastSample = sample;
    return changed;
  }

  @Override
  public String toString() {
    return "device %d as device %d knows it".formatted(other.number, host.number);
  }
}
