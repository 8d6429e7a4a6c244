package io.taltun.dataplane.os;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;

/**
 * One level-triggered epoll instance for readable descriptors, driven by one thread. {@code struct
 * epoll_event} is packed to 12 bytes on x86-64 and 16 bytes elsewhere.
 */
public final class Epoll implements AutoCloseable {
  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLLIN = 1;
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  private static final int EVENT_SIZE = PACKED ? 12 : 16;
  private static final int DATA_OFFSET = PACKED ? 4 : 8;
  private static final int MAX_EVENTS = 8;

  private final Arena arena = Arena.ofShared();
  private final long events = arena.allocate((long) MAX_EVENTS * EVENT_SIZE, 8).address();
  private final int fd;

  public Epoll() throws SystemCallException {
    fd = Syscall.epollCreate(EPOLL_CLOEXEC);
    if (fd < 0) {
      arena.close();
      throw new SystemCallException("epoll_create1", -fd);
    }
  }

  /** Watches a descriptor for input. */
  public void add(int watched) throws SystemCallException {
    NativeMemory.putInt(events, EPOLLIN);
    NativeMemory.putLong(events + DATA_OFFSET, watched);
    int result = Syscall.epollControl(fd, EPOLL_CTL_ADD, watched, events);
    if (result < 0) {
      throw new SystemCallException("epoll_ctl", -result);
    }
  }

  /** Stops watching a descriptor; one that is not watched is ignored. */
  public void remove(int watched) {
    Syscall.epollControl(fd, EPOLL_CTL_DEL, watched, events);
  }

  /**
   * Blocks until a descriptor is readable.
   *
   * @param timeoutMs milliseconds, −1 for ever
   * @return how many are readable, 0 at the end of the time, or {@code -errno} (EINTR included)
   */
  public int await(int timeoutMs) {
    return Syscall.epollWait(fd, events, MAX_EVENTS, timeoutMs);
  }

  /** The descriptor of event {@code i} that the last {@link #await} returned. */
  public int readable(int i) {
    return NativeMemory.getInt(events + (long) i * EVENT_SIZE + DATA_OFFSET);
  }

  @Override
  public void close() {
    Syscall.close(fd);
    arena.close();
  }
}
