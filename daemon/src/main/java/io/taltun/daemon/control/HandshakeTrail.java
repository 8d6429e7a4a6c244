package io.taltun.daemon.control;

import io.taltun.daemon.peer.SessionLife;
import io.taltun.dataplane.session.PeerLane;

/**
 * What a peer's handshakes tell about the way to it: the initiations without a session since, and
 * the latest round trip. Control thread only.
 */
final class HandshakeTrail {
  private int unanswered;
  private long firstUnansweredNs = PeerLane.NEVER;
  private long roundTripNs = -1;

  void onInitiationSent(long nowNs) {
    if (unanswered++ == 0) {
      firstUnansweredNs = nowNs;
    }
  }

  /**
   * A session is in use. For its initiator the round trip is from the initiation to the response,
   * for its responder from the response to the first message under the session, which the initiator
   * sends at once (whitepaper, section 5.4.6). Both include what the other side computes.
   */
  void onSession(SessionLife session, long nowNs) {
    roundTripNs =
        session.initiator()
            ? session.createdNs() - session.initiatedNs()
            : nowNs - session.createdNs();
    unanswered = 0;
  }

  /** Initiations that went out and brought no session so far. */
  int unanswered() {
    return unanswered;
  }

  /** When the first of them went out; only while there are some. */
  long firstUnansweredNs() {
    return firstUnansweredNs;
  }

  /** The latest handshake's round trip in nanoseconds, −1 before the first. */
  long roundTripNs() {
    return roundTripNs;
  }
}
