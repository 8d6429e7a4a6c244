package io.taltun.daemon.metrics;

import io.taltun.daemon.control.PeerReading;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The rows of all peers, made anew only where a peer changed. Event loop only. */
final class PeerRows {
  private final String device;
  private List<PeerReading> roster = List.of();
  private PeerRow[] rows = {};

  PeerRows(String device) {
    this.device = device;
  }

  /**
   * The rows of the peers of this roster, in its order.
   *
   * @param now not to be changed any more
   */
  PeerRow[] of(List<PeerReading> now) {
    if (now != roster) {
      rows = rows(now);
      roster = now;
    }
    return rows;
  }

  private PeerRow[] rows(List<PeerReading> now) {
    Map<PeerReading, PeerRow> known = new IdentityHashMap<>();
    for (PeerRow row : rows) {
      known.put(row.peer, row);
    }
    PeerRow[] made = new PeerRow[now.size()];
    for (int i = 0; i < made.length; i++) {
      PeerReading peer = now.get(i);
      PeerRow before = known.get(peer);
      made[i] = before != null && before.isCurrent() ? before : new PeerRow(device, peer);
    }
    return made;
  }
}
