package io.taltun.dataplane.path;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.dataplane.os.PageMemory;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.tun.VirtioNetHeader;

/**
 * Where one read of the TUN queue lies while it is segmented and sealed: a virtio header right
 * before the packet, all zero where the queue has none, and a cipher's room around. Owned by one
 * worker.
 */
final class TunReadBuffer implements AutoCloseable {
  private static final int HEADROOM = 2 * TransportCipher.HEADROOM;

  /** The longest packet that a TUN device gives, segmentation offloads included. */
  private static final int LONGEST = 65_536;

  /** Padding to 16 and the cipher's own. */
  private static final int TAILROOM = 2 * TransportCipher.TAILROOM;

  private final PageMemory memory = new PageMemory(HEADROOM + LONGEST + TAILROOM);
  private final TunQueue tun;
  private final int headerLength;

  TunReadBuffer(TunQueue tun) {
    this.tun = tun;
    headerLength = tun.headerLength();
  }

  /**
   * Reads one packet.
   *
   * @return its bytes without the header; 0 or {@code -errno} when there is none
   */
  int read() {
    int length = tun.read(packet() - headerLength, headerLength + LONGEST);
    if (headerLength == 0) {
      // The cipher has the room before the packet as its scratch.
      NativeMemory.clear(header(), VirtioNetHeader.LENGTH);
    }
    return length > 0 ? length - headerLength : length;
  }

  long header() {
    return packet() - VirtioNetHeader.LENGTH;
  }

  long packet() {
    return memory.address() + HEADROOM;
  }

  @Override
  public void close() {
    memory.close();
  }
}
