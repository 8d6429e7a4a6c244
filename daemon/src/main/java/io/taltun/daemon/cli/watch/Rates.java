package io.taltun.daemon.cli.watch;

import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each peer of one gateway carried at the latest looks, in bytes a second. One thread. */
final class Rates {
  /** Looks that are remembered: as wide as a sparkline gets. */
  private static final int MOST = 120;

  /** One peer's, or all peers' together. */
  static final class Line {
    private final List<Long> in = new ArrayList<>();
    private final List<Long> out = new ArrayList<>();

    List<Long> in() {
      return Collections.unmodifiableList(in);
    }

    List<Long> out() {
      return Collections.unmodifiableList(out);
    }

    long lastIn() {
      return in.isEmpty() ? 0 : in.getLast();
    }

    long lastOut() {
      return out.isEmpty() ? 0 : out.getLast();
    }

    private void add(long nowIn, long nowOut) {
      in.add(nowIn);
      out.add(nowOut);
      if (in.size() > MOST) {
        in.removeFirst();
        out.removeFirst();
      }
    }
  }

  private final Map<String, Line> peers = new HashMap<>();
  private final Line total = new Line();
  private Map<String, PeerStatus> before = Map.of();
  private long beforeNs;

  /** Takes a look. */
  void add(GatewayStatus status, long nowNs) {
    Map<String, PeerStatus> now = new HashMap<>();
    long allIn = 0;
    long allOut = 0;
    for (PeerStatus peer : status.peers()) {
      now.put(peer.publicKey(), peer);
      PeerStatus then = before.get(peer.publicKey());
      long in = peer.receivedBytesPerSecond();
      long out = peer.sentBytesPerSecond();
      // A gateway that was started again counts from nothing.
      if (then != null
          && peer.receivedBytes() >= then.receivedBytes()
          && peer.sentBytes() >= then.sentBytes()) {
        in = perSecond(peer.receivedBytes() - then.receivedBytes(), nowNs - beforeNs);
        out = perSecond(peer.sentBytes() - then.sentBytes(), nowNs - beforeNs);
      }
      peers.computeIfAbsent(peer.publicKey(), key -> new Line()).add(in, out);
      allIn += in;
      allOut += out;
    }
    peers.keySet().retainAll(now.keySet());
    total.add(allIn, allOut);
    before = now;
    beforeNs = nowNs;
  }

  private static long perSecond(long bytes, long ns) {
    return ns <= 0 ? 0 : (long) (bytes * 1e9 / ns);
  }

  Line peer(String publicKey) {
    return peers.getOrDefault(publicKey, new Line());
  }

  Line total() {
    return total;
  }
}
