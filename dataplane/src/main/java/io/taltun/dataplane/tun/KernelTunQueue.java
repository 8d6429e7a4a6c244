package io.taltun.dataplane.tun;

import io.taltun.dataplane.os.Syscall;

/** A queue of the kernel's, non-blocking (IFF_NO_PI). */
public final class KernelTunQueue implements TunQueue {
  private final int fd;
  private final int headerLength;

  private KernelTunQueue(int fd, int headerLength) {
    this.fd = fd;
    this.headerLength = headerLength;
  }

  /**
   * A queue over a descriptor, which it closes.
   *
   * @param headerLength bytes in front of each packet
   */
  public static KernelTunQueue of(int fd, int headerLength) {
    return new KernelTunQueue(fd, headerLength);
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public int headerLength() {
    return headerLength;
  }

  @Override
  public int read(long buffer, int length) {
    return (int) Syscall.read(fd, buffer, length);
  }

  @Override
  public int write(long buffer, int length) {
    return (int) Syscall.write(fd, buffer, length);
  }

  @Override
  public int writeVectors(long vectors, int count) {
    return (int) Syscall.writev(fd, vectors, count);
  }

  @Override
  public void close() {
    Syscall.close(fd);
  }
}
