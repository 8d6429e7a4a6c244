package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;

/**
 * Wakes a thread out of {@link Epoll#await}: any thread may {@link #signal}, the owner {@link
 * #drain}s. Closed after the owner ended and nobody signals any more.
 */
public final class EventFd implements AutoCloseable {
  private static final int EFD_NONBLOCK_CLOEXEC = 0x80800;

  private final Arena arena = Arena.ofShared();
  private final long one = arena.allocate(8, 8).address();
  private final long sink = arena.allocate(8, 8).address();
  private final int fd;

  public EventFd() throws SystemCallException {
    fd = Syscall.eventfd(0, EFD_NONBLOCK_CLOEXEC);
    if (fd < 0) {
      arena.close();
      throw new SystemCallException("eventfd", -fd);
    }
    NativeMemory.putLong(one, 1);
  }

  public int fd() {
    return fd;
  }

  public void signal() {
    Syscall.write(fd, one, 8);
  }

  /** Takes the signals back; false when there were none. Owner only. */
  public boolean drain() {
    return Syscall.read(fd, sink, 8) > 0;
  }

  @Override
  public void close() {
    Syscall.close(fd);
    arena.close();
  }
}
