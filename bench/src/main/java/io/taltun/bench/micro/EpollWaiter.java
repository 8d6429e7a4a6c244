package io.taltun.bench.micro;

import io.taltun.dataplane.os.Epoll;
import io.taltun.dataplane.os.EventFd;
import io.taltun.dataplane.os.SystemCallException;

/** Waits as a worker does. */
final class EpollWaiter implements Waiter {
  private static final int FOREVER = -1;

  private final Epoll epoll = new Epoll();
  private final EventFd watched;

  EpollWaiter(EventFd watched) throws SystemCallException {
    this.watched = watched;
    epoll.add(watched.fd());
  }

  @Override
  public void await() {
    while (epoll.await(FOREVER) <= 0) {
      Thread.onSpinWait(); // interrupted by a signal: again
    }
    watched.drain();
  }

  @Override
  public void close() {
    epoll.close();
  }
}
