package io.taltun.dataplane.path;

import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.dataplane.os.PageMemory;

/**
 * Where opened packets lie, one behind the other, until the TUN device has taken them. Each has the
 * cipher's head and tail room around it; the headroom then takes the packet's virtio header. Owned
 * by one worker.
 */
final class PlaintextBuffer implements AutoCloseable {
  /** The longest plaintext of a transport message. */
  private static final int LONGEST = 65_536;

  /** What is opened before it is written: little enough to stay in the second-level cache. */
  private static final int BYTES = 96 * 1024;

  private static final int ALIGNMENT = 64;
  private static final int ROOM =
      BYTES + TransportCipher.HEADROOM + LONGEST + TransportCipher.TAILROOM + ALIGNMENT;

  private final PageMemory memory = new PageMemory(ROOM);

  // Written by the worker.
  private int used;

  /** Whether everything in it has to be written before the next packet. */
  boolean isFull() {
    return used >= BYTES;
  }

  /** Address for the next plaintext; only while not full. */
  long next() {
    return memory.address() + used + TransportCipher.HEADROOM;
  }

  /** Keeps what was opened to {@link #next}. */
  void keep(int length) {
    int end = used + TransportCipher.HEADROOM + length + TransportCipher.TAILROOM;
    used = (end + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Everything was written. */
  void clear() {
    used = 0;
  }

  @Override
  public void close() {
    memory.close();
  }
}
