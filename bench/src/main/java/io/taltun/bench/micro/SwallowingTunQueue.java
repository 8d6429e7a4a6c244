package io.taltun.bench.micro;

import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.tun.VirtioNetHeader;

/** Takes everything, keeps nothing: what is left is the cost of our own code. */
final class SwallowingTunQueue implements TunQueue {
  @Override
  public int fd() {
    return -1;
  }

  @Override
  public int headerLength() {
    return VirtioNetHeader.LENGTH;
  }

  @Override
  public int read(long buffer, int length) {
    return -Errno.EAGAIN;
  }

  @Override
  public int write(long buffer, int length) {
    return length;
  }

  @Override
  public int writeVectors(long vectors, int count) {
    return count;
  }

  @Override
  public void close() {
    // There is nothing to close.
  }
}
