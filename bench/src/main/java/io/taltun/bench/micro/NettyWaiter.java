package io.taltun.bench.micro;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.taltun.dataplane.os.EventFd;
import java.util.concurrent.TimeUnit;

/** Waits in Netty's event loop, which this thread drives, for a descriptor registered with it. */
final class NettyWaiter implements Waiter {
  private final ManualIoEventLoop loop =
      new ManualIoEventLoop(Thread.currentThread(), EpollIoHandler.newFactory());
  private final Watch watch;

  NettyWaiter(EventFd watched) {
    watch = new Watch(watched);
    Future<IoRegistration> registration = loop.register(watch);
    while (!registration.isDone()) {
      loop.runNow();
    }
    registration.getNow().submit(EpollIoOps.EPOLLIN);
    loop.runNow();
  }

  @Override
  public void await() {
    while (!watch.signalled) {
      loop.run(Long.MAX_VALUE);
    }
    watch.signalled = false;
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    while (!loop.isTerminated()) {
      loop.runNow();
    }
  }

  private static final class Watch implements EpollIoHandle {
    private final EventFd watched;
    private final FileDescriptor descriptor;

    // Written by the loop's thread.
    private boolean signalled;

    Watch(EventFd watched) {
      this.watched = watched;
      this.descriptor = new FileDescriptor(watched.fd());
    }

    @Override
    public FileDescriptor fd() {
      return descriptor;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      watched.drain();
      signalled = true;
    }

    @Override
    public void close() {
      // The descriptor is the eventfd's to close.
    }
  }
}
