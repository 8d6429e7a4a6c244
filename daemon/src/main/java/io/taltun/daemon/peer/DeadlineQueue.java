package io.taltun.daemon.peer;

import java.util.Comparator;
import java.util.TreeSet;

/**
 * The peers with an armed timer, by their earliest deadline; one entry each. Control thread only.
 */
final class DeadlineQueue {
  private static final Comparator<PeerProtocol> BY_DEADLINE =
      (a, b) -> {
        int order = Long.signum(a.scheduledNs - b.scheduledNs);
        return order != 0 ? order : Long.compare(a.serial, b.serial);
      };

  private final TreeSet<PeerProtocol> peers = new TreeSet<>(BY_DEADLINE);

  /** To be called after whatever may have changed the peer's timers. */
  void update(PeerProtocol peer) {
    boolean wanted = peer.timers.anyArmed();
    if (peer.scheduled) {
      if (wanted && peer.scheduledNs == peer.timers.nextNs()) {
        return;
      }
      peers.remove(peer);
    }
    peer.scheduled = wanted;
    if (wanted) {
      peer.scheduledNs = peer.timers.nextNs();
      peers.add(peer);
    }
  }

  /** The peer with the earliest deadline when that has come, else null. */
  PeerProtocol firstDue(long nowNs) {
    return !peers.isEmpty() && peers.first().scheduledNs - nowNs <= 0 ? peers.first() : null;
  }

  boolean isEmpty() {
    return peers.isEmpty();
  }

  /** Only when not empty. */
  long nextNs() {
    return peers.first().scheduledNs;
  }
}
