package io.taltun.daemon.netlink;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;

/**
 * Becomes readable when this host's links, addresses, routes or rules change. What changed is not
 * looked at. It belongs to the network namespace of the thread that opened it; one thread at a
 * time.
 */
public final class RouteNews implements AutoCloseable {
  private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
  private static final int NETLINK_ROUTE = 0;
  private static final int SOCKADDR_LENGTH = 12;
  private static final int GROUPS = 8;

  /** RTMGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE. */
  private static final int ALL = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x40000;

  private static final int ROOM = 8 * 1024;

  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final long buffer = arena.allocate(ROOM, 8).address();

  private RouteNews(int fd) {
    this.fd = fd;
  }

  /** Subscribes in the calling thread's network namespace. */
  public static RouteNews open() throws SystemCallException {
    int fd = Syscall.socket(Rtnetlink.AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
      throw new SystemCallException("cannot open a netlink socket", -fd);
    }
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(SOCKADDR_LENGTH, 4).address();
      NativeMemory.putShort(address, (short) Rtnetlink.AF_NETLINK);
      NativeMemory.putInt(address + GROUPS, ALL);
      int bound = Syscall.bind(fd, address, SOCKADDR_LENGTH);
      if (bound < 0) {
        Syscall.close(fd);
        throw new SystemCallException("cannot subscribe to changes of routes", -bound);
      }
    }
    return new RouteNews(fd);
  }

  /** Readable while there are news. */
  public int fd() {
    return fd;
  }

  /** Takes all news; those that had no room (ENOBUFS) are news too. */
  public void drain() {
    long result;
    do {
      result = Syscall.recv(fd, buffer, ROOM, 0);
    } while (result >= 0 || result == -Errno.EINTR || result == -Errno.ENOBUFS);
  }

  @Override
  public void close() {
    Syscall.close(fd);
    arena.close();
  }
}
