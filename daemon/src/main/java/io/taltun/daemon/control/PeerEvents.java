package io.taltun.daemon.control;

import io.taltun.daemon.control.PeerEvent.Reason;
import io.taltun.daemon.log.Facts;
import io.taltun.dataplane.os.NanoClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Tells of peers that come and go: a line in the log, a count, and whoever listens. Control thread
 * only, but for the counts.
 */
final class PeerEvents {
  private static final Logger LOG = LoggerFactory.getLogger("peer");

  private final PeerTable peers;
  private final NanoClock clock;
  private final List<PeerListener> listeners = new ArrayList<>();

  // Written by the control thread.
  private volatile long came;
  private volatile long went;

  PeerEvents(PeerTable peers, NanoClock clock) {
    this.peers = peers;
    this.clock = clock;
  }

  /** Tells a listener of the peers that are there, and of all that happens from now on. */
  void listen(PeerListener listener) {
    listeners.add(listener);
    for (PeerEntry entry : peers.entries()) {
      if (entry.presence.online()) {
        listener.onPeerEvent(event(entry, Reason.SESSION, -1));
      }
    }
  }

  /** A new session can send. */
  void onSession(PeerEntry entry) {
    long nowNs = clock.nowNs();
    long beforeNs = entry.presence.durationNs(nowNs);
    if (entry.presence.onSession(nowNs)) {
      tell(event(entry, Reason.SESSION, beforeNs));
    }
  }

  /** Looks who has been silent for too long. */
  void look(long nowNs) {
    for (PeerEntry entry : peers.entries()) {
      long beforeNs = entry.presence.durationNs(nowNs);
      if (entry.presence.onSample(entry.lastSample().lastAnyReceivedNs(), nowNs)) {
        tell(event(entry, Reason.SILENT, beforeNs));
      }
    }
  }

  /** A peer is removed. */
  void onRemoved(PeerEntry entry, long nowNs) {
    end(entry, Reason.REMOVED, nowNs);
  }

  /** The device is down. */
  void onLinkDown(long nowNs) {
    peers.entries().forEach(entry -> end(entry, Reason.LINK_DOWN, nowNs));
  }

  private void end(PeerEntry entry, Reason reason, long nowNs) {
    long beforeNs = entry.presence.durationNs(nowNs);
    if (entry.presence.onEnd(nowNs)) {
      tell(event(entry, reason, beforeNs));
    }
  }

  private static PeerEvent event(PeerEntry entry, Reason reason, long beforeNs) {
    return new PeerEvent(
        entry.name(),
        entry.publicKey(),
        entry.presence.online(),
        reason,
        entry.peer().endpoint(),
        // As shown: those of a removed peer are another's by now.
        entry.allowedIps(),
        beforeNs < 0 ? -1 : TimeUnit.NANOSECONDS.toSeconds(beforeNs));
  }

  private void tell(PeerEvent event) {
    log(event);
    if (event.online()) {
      came = came + 1;
    } else {
      went = went + 1;
    }
    listeners.forEach(listener -> listener.onPeerEvent(event));
  }

  private static void log(PeerEvent event) {
    Facts facts =
        Facts.of(event.online() ? "peer-online" : "peer-offline")
            .with("peer", event.name())
            .with("public_key", event.publicKey().toBase64())
            .with("endpoint", event.endpoint() == null ? null : event.endpoint().toString())
            .with("reason", event.reason().toString());
    if (event.secondsBefore() >= 0) {
      facts.with(event.online() ? "offline_seconds" : "online_seconds", event.secondsBefore());
    }
    if (!event.online()) {
      facts.log(
          LOG,
          Level.INFO,
          "peer {} is offline: {}, after {} s, last at {}",
          event.name(),
          words(event.reason()),
          event.secondsBefore(),
          event.endpoint());
    } else if (event.secondsBefore() < 0) {
      facts.log(LOG, Level.INFO, "peer {} is online at {}", event.name(), event.endpoint());
    } else {
      facts.log(
          LOG,
          Level.INFO,
          "peer {} is online at {}, after {} s",
          event.name(),
          event.endpoint(),
          event.secondsBefore());
    }
  }

  private static String words(Reason reason) {
    return switch (reason) {
      case SESSION -> "a session";
      case SILENT -> "nothing came for 3 minutes";
      case REMOVED -> "removed";
      case LINK_DOWN -> "the link is down";
    };
  }

  /** How often each happened, by label. Any thread. */
  Map<String, Long> counts() {
    return Map.of("peers_came_online", came, "peers_went_offline", went);
  }
}
