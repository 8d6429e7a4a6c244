package io.taltun.dataplane.mailbox;

import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;

/** What the control thread asks of a worker. */
public sealed interface WorkerCommand {
  /** Seal and send what waits for the peer: it has a session now. */
  record SendWaiting(Peer peer) implements WorkerCommand {}

  /** Drop what waits for the peer: it did not answer, or it is gone. */
  record DropWaiting(Peer peer) implements WorkerCommand {}

  /** Send an empty transport message on the peer's current session, if it has one. */
  record SendKeepalive(Peer peer) implements WorkerCommand {}

  /** Free the worker's contexts of a session that nothing refers to any more. */
  record ReleaseSession(Session session) implements WorkerCommand {}
}
