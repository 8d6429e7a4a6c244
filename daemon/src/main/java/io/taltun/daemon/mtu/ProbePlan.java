package io.taltun.daemon.mtu;

import io.taltun.dataplane.udp.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Says which paths to probe, and when. Only those that carry much are worth it: a phone that sleeps
 * is not to be woken. One thread.
 */
final class ProbePlan {
  /** What makes a path worth a probe, since the last one. */
  static final long LEAST_BYTES = 16 * 1024;

  static final long LEAST_PAUSE_NS = TimeUnit.SECONDS.toNanos(60);

  /** In one round: 24 KB on most links, whatever the number of peers. */
  static final int MOST_PROBES = 16;

  private Map<Endpoint, Last> last = new HashMap<>();

  private record Last(long sentBytes, long probedNs, boolean probed) {}

  /** The endpoints whose turn it is; they are taken for probed now. */
  List<Endpoint> due(List<PathUse> uses, long nowNs) {
    List<Endpoint> due = new ArrayList<>();
    Map<Endpoint, Last> next = new HashMap<>();
    for (PathUse use : uses) {
      Last before = last.getOrDefault(use.endpoint(), new Last(0, 0, false));
      boolean rested = !before.probed || nowNs - before.probedNs >= LEAST_PAUSE_NS;
      if (rested && use.sentBytes() - before.sentBytes >= LEAST_BYTES && due.size() < MOST_PROBES) {
        due.add(use.endpoint());
        before = new Last(use.sentBytes(), nowNs, true);
      }
      next.put(use.endpoint(), before);
    }
    // Endpoints that nobody has any more are forgotten with it.
    last = next;
    return due;
  }
}
