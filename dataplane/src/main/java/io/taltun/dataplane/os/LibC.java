package io.taltun.dataplane.os;

import jnr.ffi.annotations.IgnoreError;

/**
 * The C library's functions as jnr-ffi binds them. Pointers are plain {@code long} addresses and
 * sizes plain {@code long}s (LP64), because passing {@code Pointer} objects or arrays costs an
 * allocation or a copy a call. errno is saved after every call that does not say otherwise. Public
 * only because jnr-ffi implements it from a package of its own; call {@link Syscall}.
 *
 * <p>No function here takes six parameters: jffi's fast path passes garbage as the sixth (seen with
 * sendto(2), jnr-ffi 2.3.2 on x86-64).
 */
public interface LibC {
  int open(long path, int flags, int mode);

  int close(int fd);

  long read(int fd, long buffer, long length);

  long write(int fd, long buffer, long length);

  long writev(int fd, long vectors, int count);

  int ioctl(int fd, long request, long argument);

  int socket(int domain, int type, int protocol);

  int socketpair(int domain, int type, int protocol, long descriptors);

  int bind(int fd, long address, int length);

  int listen(int fd, int backlog);

  int accept4(int fd, long address, long length, int flags);

  long sendmsg(int fd, long header, int flags);

  long recvmsg(int fd, long header, int flags);

  int poll(long descriptors, long count, int timeoutMs);

  int connect(int fd, long address, int length);

  int setsockopt(int fd, int level, int option, long value, int length);

  int getsockopt(int fd, int level, int option, long value, long length);

  int getsockname(int fd, long address, long length);

  long send(int fd, long buffer, long length, int flags);

  long recv(int fd, long buffer, long length, int flags);

  int recvmmsg(int fd, long messages, int count, int flags, long timeout);

  int sendmmsg(int fd, long messages, int count, int flags);

  int epoll_create1(int flags);

  int epoll_ctl(int epoll, int operation, int fd, long event);

  int epoll_wait(int epoll, long events, int max, int timeoutMs);

  int eventfd(int initial, int flags);

  int unshare(int flags);

  int setns(int fd, int type);

  long calloc(long count, long size);

  @IgnoreError
  void free(long block);

  int sched_getaffinity(int thread, long length, long mask);

  int sched_setaffinity(int thread, long length, long mask);

  @IgnoreError
  int clock_gettime(int clock, long timespec);
}
