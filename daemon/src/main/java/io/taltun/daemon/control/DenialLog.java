package io.taltun.daemon.control;

import io.taltun.dataplane.session.Peer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs packets that access rules denied: for each peer one line a second that tells how many others
 * there were, and over all peers no more than {@value #LINES_A_SECOND}. Control thread.
 */
final class DenialLog {
  static final int LINES_A_SECOND = 20;

  /** A peer's workers report nothing for so long after a line. */
  static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger("access");

  private final Queue<Pause> pauses = new ArrayDeque<>();
  private long secondBeganNs;
  private int linesInSecond;

  private record Pause(Peer peer, long untilNs) {}

  /** A worker's report, after which the peer is silent for a second. */
  void denied(PeerEntry entry, long packet, int length, long nowNs) {
    pauses.add(new Pause(entry.peer(), nowNs + PAUSE_NS));
    if (nowNs - secondBeganNs >= PAUSE_NS) {
      secondBeganNs = nowNs;
      linesInSecond = 0;
    }
    if (linesInSecond == LINES_A_SECOND) {
      return;
    }
    linesInSecond++;
    long others = entry.takeDeniedSince() - 1;
    String text = PacketText.of(packet, length);
    if (others > 0) {
      LOG.info("peer {}: denied {}, and {} others since the last line", entry.name(), text, others);
    } else {
      LOG.info("peer {}: denied {}", entry.name(), text);
    }
  }

  /**
   * Lets peers report again whose second is over.
   *
   * @return nanoseconds until there is another one
   */
  long release(long nowNs) {
    for (Pause next = pauses.peek(); next != null; next = pauses.peek()) {
      if (next.untilNs - nowNs > 0) {
        return next.untilNs - nowNs;
      }
      next.peer.clearDenial();
      pauses.remove();
    }
    return Long.MAX_VALUE;
  }
}
