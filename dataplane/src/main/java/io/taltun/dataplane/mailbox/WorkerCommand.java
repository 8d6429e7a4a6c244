package io.taltun.dataplane.mailbox;

import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.Session;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.util.concurrent.CountDownLatch;

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

  /**
   * Send and receive through other sockets, once what the present ones hold is taken.
   *
   * @param taken counted down when the worker uses the present ones no more
   */
  record UseSockets(UdpSocketPair sockets, CountDownLatch taken) implements WorkerCommand {}

  /**
   * Stand still once what was taken is sent.
   *
   * @param standing counted down when the worker touches nothing any more
   * @param goOn ends it
   */
  record Pause(CountDownLatch standing, CountDownLatch goOn) implements WorkerCommand {}

  /**
   * Let packets of so many bytes wait for a session, and join datagrams where that was refused: the
   * MTU is another one.
   */
  record FitWaiting(int bytes) implements WorkerCommand {}

  /**
   * Give a sign of life.
   *
   * @param answer run by the worker; must not block, allocate or throw
   */
  record Beat(Runnable answer) implements WorkerCommand {}
}
