package io.taltun.daemon.control;

import io.taltun.daemon.peer.PeerState;
import io.taltun.dataplane.udp.Endpoint;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks again for the names that peers' endpoints were configured by, while the peers do not answer
 * where they were last (trap 33): a name that gives another address by now wins over an address
 * where nobody is. A peer that was heard meanwhile stays where it was heard. Control thread only.
 */
final class EndpointNames {
  private static final Logger LOG = LoggerFactory.getLogger("resolver");

  /** No sooner: the JDK, too, keeps an answer for that long. */
  static final long PAUSE_NS = Duration.ofSeconds(30).toNanos();

  /** Sends a peer's next initiation elsewhere. */
  @FunctionalInterface
  interface Mover {
    void moveTo(PeerEntry entry, Endpoint endpoint);
  }

  private final NamedEndpoint.Lookup lookup;
  private final Mover mover;

  EndpointNames(NamedEndpoint.Lookup lookup, Mover mover) {
    this.lookup = lookup;
    this.mover = mover;
  }

  /** An initiation had no answer. */
  void onUnanswered(PeerEntry entry, long nowNs) {
    NamedEndpoint named = entry.namedEndpoint();
    if (named != null) {
      named.ask(lookup, PAUSE_NS, nowNs, found -> onFound(entry, named, found));
    }
  }

  private void onFound(PeerEntry entry, NamedEndpoint named, Endpoint found) {
    // Its endpoint may have been set by hand, and the peer may have been heard or removed.
    if (found == null
        || entry.namedEndpoint() != named
        || entry.protocol().state() != PeerState.OFFLINE
        || found.equals(entry.protocol().endpoint())) {
      return;
    }
    LOG.info("peer {} does not answer, and {} is at {} now", entry.name(), named, found);
    mover.moveTo(entry, found);
  }
}
