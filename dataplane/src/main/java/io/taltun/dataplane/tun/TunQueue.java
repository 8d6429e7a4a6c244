package io.taltun.dataplane.tun;

import io.taltun.dataplane.os.Syscall;

/**
 * One queue of a TUN device: whole IP packets, no header in front (IFF_NO_PI), non-blocking. Read
 * and written by its worker only.
 */
public final class TunQueue implements AutoCloseable {
  private final int fd;

  private TunQueue(int fd) {
    this.fd = fd;
  }

  /** A queue over a descriptor, which it closes: one read or write is one packet. */
  public static TunQueue of(int fd) {
    return new TunQueue(fd);
  }

  public int fd() {
    return fd;
  }

  /**
   * Reads one packet.
   *
   * @return its bytes, or {@code -errno} (EAGAIN when there is none); a packet longer than {@code
   *     length} is cut to it by the kernel
   */
  public int read(long buffer, int length) {
    return (int) Syscall.read(fd, buffer, length);
  }

  /**
   * Writes one packet.
   *
   * @return its bytes, or {@code -errno} (EIO while the link is down)
   */
  public int write(long packet, int length) {
    return (int) Syscall.write(fd, packet, length);
  }

  @Override
  public void close() {
    Syscall.close(fd);
  }
}
