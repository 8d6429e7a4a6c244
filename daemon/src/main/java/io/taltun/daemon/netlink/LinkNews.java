package io.taltun.daemon.netlink;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The kernel's news of interfaces (RTMGRP_LINK) in the network namespace of the thread that opened
 * it. They do not follow an interface that moves to another namespace. One thread.
 */
public final class LinkNews implements AutoCloseable {
  private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
  private static final int SOCKADDR_LENGTH = 12;
  private static final int SOCKADDR_GROUPS = 8;

  /** News of one interface come one message a datagram, of less than 4 KiB. */
  private static final int CAPACITY = 32 * 1024;

  private final Arena arena = Arena.ofShared();
  private final long buffer = arena.allocate(CAPACITY, 8).address();
  private final int fd;

  /** One piece of news; {@code gone}: deleted, or moved to another namespace. */
  public record News(Link link, boolean gone) {}

  /** Subscribes. */
  public LinkNews() throws SystemCallException {
    fd = Syscall.socket(Rtnetlink.AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, 0);
    int result = fd;
    if (fd >= 0) {
      NativeMemory.clear(buffer, SOCKADDR_LENGTH);
      NativeMemory.putShort(buffer, (short) Rtnetlink.AF_NETLINK);
      NativeMemory.putInt(buffer + SOCKADDR_GROUPS, Rtnetlink.RTMGRP_LINK);
      result = Syscall.bind(fd, buffer, SOCKADDR_LENGTH);
    }
    if (result < 0) {
      close();
      throw new SystemCallException("cannot listen to news of interfaces", -result);
    }
  }

  /** Readable while there are news. */
  public int fd() {
    return fd;
  }

  /**
   * What there is, oldest first, appended to {@code news}.
   *
   * @return false when some were lost, so that the present state has to be asked for
   */
  public boolean read(List<News> news) {
    while (true) {
      long length = Syscall.recv(fd, buffer, CAPACITY, 0);
      if (length == -Errno.EAGAIN) {
        return true;
      }
      if (length < 0 && length != -Errno.EINTR) {
        return false;
      }
      for (NetlinkReply reply :
          NetlinkReply.parse(NativeMemory.toBytes(buffer, (int) Math.max(0, length)))) {
        switch (reply.type()) {
          case Rtnetlink.RTM_NEWLINK -> news.add(new News(Links.link(reply), false));
          case Rtnetlink.RTM_DELLINK -> news.add(new News(Links.link(reply), true));
          default -> {
            // of no interest
          }
        }
      }
    }
  }

  @Override
  public void close() {
    if (fd >= 0) {
      Syscall.close(fd);
    }
    arena.close();
  }
}
