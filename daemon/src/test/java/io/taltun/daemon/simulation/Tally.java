package io.taltun.daemon.simulation;

import io.taltun.daemon.peer.HandshakeDrop;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What the simulated hours contained. */
final class Tally {
  /** What is counted. */
  enum Event {
    WORLDS,
    SESSIONS,
    INITIATIONS,
    RETRIES,
    COOKIE_REPLIES,
    DATA_SENT,
    DATA_DELIVERED,
    KEEPALIVES,
    DATAGRAMS_LOST,
    DATAGRAMS_DUPLICATED,
    DATAGRAMS_ALTERED,
    FORGERIES,
    REPLAYS_REFUSED,
    NOT_AUTHENTIC,
    UNKNOWN_INDEX,
    EXPIRED,
    ROAMS,
    PARTITIONS,
    RESTARTS,
    SUSPENSIONS,
    WALL_JUMPS,
    LINK_CHANGES,
    PEERS_REMOVED,
    KEY_CHANGES,
    LOAD_CHANGES,
    COUNTERS_MOVED,
    RECOVERIES,
    CALM_SECONDS,
    QUIET_CHECKS,
    EVENTS
  }

  private final Map<Event, Long> counts = new EnumMap<>(Event.class);
  private final Map<HandshakeDrop, Long> drops = new EnumMap<>(HandshakeDrop.class);
  private long simulatedNs;
  private long longestRecoveryNs;
  private long jitterNs;
  private long jittered;

  void count(Event event) {
    add(event, 1);
  }

  void add(Event event, long amount) {
    counts.merge(event, amount, Long::sum);
  }

  void drop(HandshakeDrop reason) {
    drops.merge(reason, 1L, Long::sum);
  }

  void simulated(long ns) {
    simulatedNs += ns;
  }

  void recovered(long tookNs) {
    count(Event.RECOVERIES);
    longestRecoveryNs = Math.max(longestRecoveryNs, tookNs);
  }

  /** A retry came so much later than REKEY_TIMEOUT. */
  void retried(long laterNs) {
    count(Event.RETRIES);
    jitterNs += laterNs;
    jittered++;
  }

  long get(Event event) {
    return counts.getOrDefault(event, 0L);
  }

  long jittered() {
    return jittered;
  }

  /** The mean of what retries were later than REKEY_TIMEOUT. */
  double meanJitterMs() {
    return jitterNs / 1e6 / jittered;
  }

  void add(Tally other) {
    other.counts.forEach(this::add);
    other.drops.forEach((reason, n) -> drops.merge(reason, n, Long::sum));
    simulatedNs += other.simulatedNs;
    longestRecoveryNs = Math.max(longestRecoveryNs, other.longestRecoveryNs);
    jitterNs += other.jitterNs;
    jittered += other.jittered;
  }

  double hours() {
    return simulatedNs / 3600e9;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%.0f simulated hours, longest recovery %.1f s, mean retry jitter %.0f ms%n",
            hours(),
            longestRecoveryNs / 1e9,
            meanJitterMs()));
    counts.forEach(
        (event, n) ->
            text.append(
                String.format(
                    "  %-22s %,d%n", event.name().toLowerCase(Locale.ROOT).replace('_', ' '), n)));
    text.append("  handshake messages dropped: ").append(drops);
    return text.toString();
  }
}
