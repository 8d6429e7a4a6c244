package io.taltun.daemon.control;

import io.taltun.dataplane.session.Keypairs;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.Session;

/**
 * How much of what a peer sent did not come. A sender counts its messages, so what is missing below
 * the greatest counter that came is lost, late, or was dropped by this machine. What is lost on the
 * way to a peer only the peer can tell.
 */
final class ReceiveLoss {
  /** Of fewer messages a share says nothing. */
  static final long LEAST_MESSAGES = 50;

  private ReceiveLoss() {}

  /** The share, 0 to 1, over the current session and the one before; null for too few messages. */
  static Double of(Keypairs keypairs) {
    long expected = expected(keypairs.current()) + expected(keypairs.previous());
    long missing = missing(keypairs.current()) + missing(keypairs.previous());
    return expected < LEAST_MESSAGES ? null : (double) missing / expected;
  }

  private static long expected(Session session) {
    return session == null ? 0 : session.replayWindow().expected();
  }

  private static long missing(Session session) {
    ReplayWindow window = session == null ? null : session.replayWindow();
    return window == null ? 0 : Math.max(0, window.expected() - window.accepted());
  }
}
