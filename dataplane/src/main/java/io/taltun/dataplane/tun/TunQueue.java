package io.taltun.dataplane.tun;

/**
 * One queue of a TUN device, read and written by its worker only: the kernel's, or one in memory
 * that packets are made up for. A read or a write is one packet behind {@link #headerLength} bytes
 * of {@code struct virtio_net_hdr}.
 */
public interface TunQueue extends AutoCloseable {
  /** A descriptor that is readable while a packet waits; −1 for a queue in memory. */
  int fd();

  /** Bytes in front of each packet: 10, or 0 on a device without IFF_VNET_HDR. */
  int headerLength();

  /**
   * Reads one header and packet.
   *
   * @return their bytes, or {@code -errno} (EAGAIN when there is none); what is longer than {@code
   *     length} is cut to it by the kernel
   */
  int read(long buffer, int length);

  /**
   * Writes one header and packet.
   *
   * @return their bytes, or {@code -errno} (EIO while the link is down, EINVAL for a header that
   *     the kernel does not take)
   */
  int write(long buffer, int length);

  /**
   * Writes one header and packet whose pieces lie apart.
   *
   * @param vectors address of {@code struct iovec}s: an address and a length of 8 bytes each
   * @return as {@link #write}
   */
  int writeVectors(long vectors, int count);

  @Override
  void close();
}
