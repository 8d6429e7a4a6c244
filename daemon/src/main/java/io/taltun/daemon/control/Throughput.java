package io.taltun.daemon.control;

import io.taltun.daemon.peer.TrafficSample;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.PeerLane;
import java.util.concurrent.TimeUnit;

/** How much a peer carried between the latest two looks. Control thread only. */
final class Throughput {
  private TrafficSample seen = TrafficSample.NONE;
  private long receivedBytes;
  private long sentBytes;
  private long atNs = PeerLane.NEVER;
  private long receivedPerSecond;
  private long sentPerSecond;

  /**
   * Looks at the peer's lanes where its sample says that there is something new.
   *
   * @param sample the latest that was taken of the peer
   */
  void look(Peer peer, TrafficSample sample, long nowNs) {
    if (sample == seen) {
      receivedPerSecond = 0;
      sentPerSecond = 0;
      atNs = nowNs;
      return;
    }
    seen = sample;
    long received = 0;
    long sent = 0;
    for (int i = 0; i < peer.laneCount(); i++) {
      received += peer.lane(i).receivedBytes();
      sent += peer.lane(i).sentBytes();
    }
    if (atNs != PeerLane.NEVER && nowNs - atNs > 0) {
      receivedPerSecond = perSecond(received - receivedBytes, nowNs - atNs);
      sentPerSecond = perSecond(sent - sentBytes, nowNs - atNs);
    }
    receivedBytes = received;
    sentBytes = sent;
    atNs = nowNs;
  }

  private static long perSecond(long bytes, long ns) {
    return (long) (bytes * (double) TimeUnit.SECONDS.toNanos(1) / ns);
  }

  long receivedPerSecond() {
    return receivedPerSecond;
  }

  long sentPerSecond() {
    return sentPerSecond;
  }
}
