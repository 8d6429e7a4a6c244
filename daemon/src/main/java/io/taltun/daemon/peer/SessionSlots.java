package io.taltun.daemon.peer;

import java.util.ArrayList;
import java.util.List;

/**
 * A peer's three sessions. {@code current} sends; all three receive. A responder's new session
 * waits as {@code next} until the initiator has used it, since before that nobody knows that the
 * response arrived.
 *
 * <pre>
 *   as initiator:  new ─► current ─► previous ─► out       (a waiting next goes to previous, current out)
 *   as responder:  new ─► next ─► out
 *   confirmed:     next ─► current ─► previous ─► out
 * </pre>
 *
 * Each method returns what fell out. Control thread only.
 */
final class SessionSlots {
  private SessionLife current;
  private SessionLife previous;
  private SessionLife next;

  SessionLife current() {
    return current;
  }

  SessionLife previous() {
    return previous;
  }

  SessionLife next() {
    return next;
  }

  /** Puts a session where it was in another process. */
  void adopt(PeerTransfer.Slot slot, SessionLife session) {
    switch (slot) {
      case CURRENT -> current = session;
      case PREVIOUS -> previous = session;
      case NEXT -> next = session;
      default -> throw new IllegalArgumentException("no slot: " + slot);
    }
  }

  List<SessionLife> installAsInitiator(SessionLife session) {
    SessionLife demoted = next != null ? next : current;
    List<SessionLife> out = next != null ? listOf(previous, current) : listOf(previous);
    previous = demoted;
    next = null;
    current = session;
    return out;
  }

  /**
   * The previous session stays until the new one is confirmed: the peer may still send under it.
   */
  List<SessionLife> installAsResponder(SessionLife session) {
    List<SessionLife> out = listOf(next);
    next = session;
    return out;
  }

  List<SessionLife> confirmNext() {
    List<SessionLife> out = listOf(previous);
    previous = current;
    current = next;
    next = null;
    return out;
  }

  List<SessionLife> clear() {
    List<SessionLife> out = listOf(current, previous, next);
    current = null;
    previous = null;
    next = null;
    return out;
  }

  private static List<SessionLife> listOf(SessionLife... sessions) {
    List<SessionLife> present = new ArrayList<>(sessions.length);
    for (SessionLife session : sessions) {
      if (session != null) {
        present.add(session);
      }
    }
    return present;
  }
}
