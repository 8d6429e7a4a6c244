package io.taltun.dataplane.os;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * System calls that answer as the kernel does: a result ≥ 0, or {@code -errno}. None allocates,
 * throws or retries; every pointer is an address of native memory that the caller keeps alive.
 */
public final class Syscall {
  private static final LibC C = LibraryLoader.create(LibC.class).load("c");
  private static final Runtime RUNTIME = Runtime.getRuntime(C);

  private static final int SOCK_CLOEXEC = 0x80000;
  private static final short POLLIN = 1;
  private static final short POLLOUT = 4;

  private Syscall() {}

  private static int result(int value) {
    return value < 0 ? -RUNTIME.getLastError() : value;
  }

  private static long result(long value) {
    return value < 0 ? -RUNTIME.getLastError() : value;
  }

  /**
   * @param path a file's path, encoded as UTF-8 for the call
   */
  public static int open(String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return result(C.open(arena.allocateFrom(path).address(), flags, mode));
    }
  }

  public static int close(int fd) {
    return result(C.close(fd));
  }

  public static long read(int fd, long buffer, long length) {
    return result(C.read(fd, buffer, length));
  }

  public static long write(int fd, long buffer, long length) {
    return result(C.write(fd, buffer, length));
  }

  /** Writes the pieces of {@code count} {@code struct iovec}s as one. */
  public static long writev(int fd, long vectors, int count) {
    return result(C.writev(fd, vectors, count));
  }

  public static int ioctl(int fd, long request, long argument) {
    return result(C.ioctl(fd, request, argument));
  }

  public static int socket(int domain, int type, int protocol) {
    return result(C.socket(domain, type, protocol));
  }

  /** Makes two connected sockets; their descriptors are written as two {@code int}s. */
  public static int socketpair(int domain, int type, int protocol, long descriptors) {
    return result(C.socketpair(domain, type, protocol, descriptors));
  }

  public static int bind(int fd, long address, int length) {
    return result(C.bind(fd, address, length));
  }

  public static int connect(int fd, long address, int length) {
    return result(C.connect(fd, address, length));
  }

  public static int listen(int fd, int backlog) {
    return result(C.listen(fd, backlog));
  }

  /** The next connection, whose descriptor is close-on-exec. */
  public static int accept(int fd) {
    return result(C.accept4(fd, 0L, 0L, SOCK_CLOEXEC));
  }

  /** Sends one message of a {@code struct msghdr}. */
  public static long sendmsg(int fd, long header, int flags) {
    return result(C.sendmsg(fd, header, flags));
  }

  /** Receives one message into a {@code struct msghdr}. */
  public static long recvmsg(int fd, long header, int flags) {
    return result(C.recvmsg(fd, header, flags));
  }

  /**
   * Waits until a descriptor can be read, or is at its end.
   *
   * @return 1, 0 at the end of the time, or {@code -errno}
   */
  public static int awaitReadable(int fd, int timeoutMs) {
    return await(fd, POLLIN, timeoutMs);
  }

  /** The same until something can be written. */
  public static int awaitWritable(int fd, int timeoutMs) {
    return await(fd, POLLOUT, timeoutMs);
  }

  private static int await(int fd, short events, int timeoutMs) {
    try (Arena arena = Arena.ofConfined()) {
      var one = arena.allocate(8, 8); // struct pollfd: fd 4, events 2, revents 2
      one.set(ValueLayout.JAVA_INT, 0, fd);
      one.set(ValueLayout.JAVA_SHORT, 4, events);
      return result(C.poll(one.address(), 1, timeoutMs));
    }
  }

  /** Reads an option into {@code length} bytes; {@code length} is the address of an int. */
  public static int getOption(int fd, int level, int option, long value, long length) {
    return result(C.getsockopt(fd, level, option, value, length));
  }

  /** Sets an option whose value is one {@code int}. */
  public static int setOption(int fd, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      var cell = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      return result(C.setsockopt(fd, level, option, cell.address(), Integer.BYTES));
    }
  }

  public static int getsockname(int fd, long address, long length) {
    return result(C.getsockname(fd, address, length));
  }

  public static long send(int fd, long buffer, long length, int flags) {
    return result(C.send(fd, buffer, length, flags));
  }

  public static long recv(int fd, long buffer, long length, int flags) {
    return result(C.recv(fd, buffer, length, flags));
  }

  /** Receives up to {@code count} datagrams into an array of {@code struct mmsghdr}. */
  public static int recvmmsg(int fd, long messages, int count, int flags) {
    return result(C.recvmmsg(fd, messages, count, flags, 0L));
  }

  /** Sends up to {@code count} datagrams of an array of {@code struct mmsghdr}. */
  public static int sendmmsg(int fd, long messages, int count, int flags) {
    return result(C.sendmmsg(fd, messages, count, flags));
  }

  static int epollCreate(int flags) {
    return result(C.epoll_create1(flags));
  }

  static int epollControl(int epoll, int operation, int fd, long event) {
    return result(C.epoll_ctl(epoll, operation, fd, event));
  }

  static int epollWait(int epoll, long events, int max, int timeoutMs) {
    return result(C.epoll_wait(epoll, events, max, timeoutMs));
  }

  static int eventfd(int initial, int flags) {
    return result(C.eventfd(initial, flags));
  }

  /** Moves the calling thread into new namespaces of the given kinds ({@code CLONE_NEW…}). */
  public static int unshare(int flags) {
    return result(C.unshare(flags));
  }

  /** Moves the calling thread into the namespace behind a descriptor. */
  public static int setns(int fd, int type) {
    return result(C.setns(fd, type));
  }

  /** Zeroed memory, or 0; large blocks become resident page by page as they are touched. */
  static long allocate(long bytes) {
    return C.calloc(1, bytes);
  }

  static void free(long block) {
    C.free(block);
  }

  /** Reads the calling thread's CPU mask of {@code length} bytes. */
  static int getAffinity(long mask, long length) {
    return result(C.sched_getaffinity(0, length, mask));
  }

  /** Binds the calling thread to the CPUs of a mask of {@code length} bytes. */
  static int setAffinity(long mask, long length) {
    return result(C.sched_setaffinity(0, length, mask));
  }

  static void clockGettime(int clock, long timespec) {
    C.clock_gettime(clock, timespec);
  }
}
