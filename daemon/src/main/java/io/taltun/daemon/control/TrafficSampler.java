package io.taltun.daemon.control;

import io.taltun.daemon.peer.DeviceProtocol;
import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.PeerLane;
import io.taltun.dataplane.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sums up what the workers stamped on each peer's lanes and tells the protocol, often while there
 * is traffic and seldom while there is none. The stamps carry their own times, so a late sample
 * makes a timer late by at most one interval and never wrong. Control thread only.
 */
public final class TrafficSampler {
  private static final long BUSY_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long QUIET_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final PeerTable peers;
  private final DeviceProtocol protocol;
  private final List<PeerEntry> wanted = new ArrayList<>();
  private long nextNs;

  public TrafficSampler(PeerTable peers, DeviceProtocol protocol, long nowNs) {
    this.peers = peers;
    this.protocol = protocol;
    nextNs = nowNs;
  }

  /**
   * A peer whose workers may ask for a handshake again at the next sample: often enough to notice
   * fresh traffic, seldom enough not to fill the queue.
   */
  void clearHandshakeWantedLater(PeerEntry entry) {
    wanted.add(entry);
  }

  /**
   * Takes the samples when they are due.
   *
   * @return nanoseconds until they are due again
   */
  long sample(long nowNs) {
    if (nowNs - nextNs < 0) {
      return nextNs - nowNs;
    }
    boolean busy = !wanted.isEmpty();
    wanted.forEach(entry -> entry.peer().clearHandshakeWanted());
    wanted.clear();
    for (PeerEntry entry : peers.entries()) {
      busy |= sample(entry, nowNs);
    }
    long intervalNs = busy ? BUSY_INTERVAL_NS : QUIET_INTERVAL_NS;
    nextNs = nowNs + intervalNs;
    return intervalNs;
  }

  private boolean sample(PeerEntry entry, long nowNs) {
    Keypairs keypairs = entry.peer().keypairs();
    if (keypairs == Keypairs.NONE) {
      return false;
    }
    TrafficSample sample = sampleOf(entry.peer(), keypairs.current());
    boolean changed = !sample.equals(entry.lastSample());
    if (changed) {
      entry.setLastSample(sample);
    }
    protocol.onTraffic(entry.protocol(), sample, nowNs);
    return changed;
  }

  static TrafficSample sampleOf(Peer peer, Session current) {
    long dataSentNs = PeerLane.NEVER;
    long dataReceivedNs = PeerLane.NEVER;
    long anySentNs = PeerLane.NEVER;
    long anyReceivedNs = PeerLane.NEVER;
    long bytes = 0;
    for (int i = 0; i < peer.laneCount(); i++) {
      PeerLane lane = peer.lane(i);
      dataSentNs = later(dataSentNs, lane.lastDataSentNs());
      dataReceivedNs = later(dataReceivedNs, lane.lastDataReceivedNs());
      anySentNs = later(anySentNs, lane.lastAnySentNs());
      anyReceivedNs = later(anyReceivedNs, lane.lastAnyReceivedNs());
      bytes += lane.sentBytes() + lane.receivedBytes();
    }
    return new TrafficSample(
        dataSentNs,
        dataReceivedNs,
        anySentNs,
        anyReceivedNs,
        bytes,
        current == null ? 0 : current.sendCounter());
  }

  private static long later(long a, long b) {
    if (a == PeerLane.NEVER) {
      return b;
    }
    return b == PeerLane.NEVER || a - b > 0 ? a : b;
  }
}
