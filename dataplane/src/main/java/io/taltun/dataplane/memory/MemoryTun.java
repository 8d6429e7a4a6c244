package io.taltun.dataplane.memory;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.tun.VirtioNetHeader;

/**
 * A TUN queue in memory: it gives copies of one packet as often as it was told to, and counts what
 * is written. Owned by one thread; nothing is allocated after construction.
 */
public final class MemoryTun implements TunQueue {
  private static final int VECTOR_SIZE = 16;

  private long packet;
  private int length;
  private int left;
  private long writtenBytes;

  /**
   * Lets the next reads bring copies.
   *
   * @param header address of a virtio header and the packet behind it, lent until all were read
   * @param length of both, in bytes
   */
  public void give(long header, int length, int times) {
    this.packet = header;
    this.length = length;
    this.left = times;
  }

  /** Bytes of packets written so far, headers of the joined ones counted once. */
  public long writtenBytes() {
    return writtenBytes;
  }

  @Override
  public int fd() {
    return -1;
  }

  @Override
  public int headerLength() {
    return VirtioNetHeader.LENGTH;
  }

  @Override
  public int read(long buffer, int room) {
    if (left == 0) {
      return -Errno.EAGAIN;
    }
    left--;
    NativeMemory.copy(packet, buffer, length);
    return length;
  }

  @Override
  public int write(long buffer, int bytes) {
    writtenBytes += bytes - VirtioNetHeader.LENGTH;
    return bytes;
  }

  @Override
  public int writeVectors(long vectors, int count) {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += (int) NativeMemory.getLong(vectors + (long) i * VECTOR_SIZE + Long.BYTES);
    }
    return write(vectors, bytes);
  }

  @Override
  public void close() {}
}
