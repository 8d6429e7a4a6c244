package io.taltun.dataplane.memory;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;
import io.taltun.dataplane.os.PageMemory;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.MessageSocket;
import io.taltun.dataplane.udp.SocketAddress;

/**
 * One end of a wire in memory that does what the kernel does with UDP_SEGMENT and UDP_GRO at both
 * ends: a message comes out as it went in, with the bytes of its segments. Both ends belong to one
 * thread. Nothing is allocated after construction.
 */
public final class MemoryWire implements MessageSocket {
  /** Messages that are on their way at most; what is sent beyond is refused with EAGAIN. */
  private static final int MESSAGES = 64;

  private static final int STRIDE = 66_048;

  private final Direction out;
  private final Direction in;

  private MemoryWire(Direction out, Direction in) {
    this.out = out;
    this.in = in;
  }

  /**
   * A wire.
   *
   * @param memory at least {@link #bytes} long, lent
   * @param left what the right end sees as the sender
   * @param right what the left end sees as the sender
   * @return the left and the right end
   */
  static MemoryWire[] pair(PageMemory memory, Endpoint left, Endpoint right) {
    Direction toRight = new Direction(memory.address(), left);
    Direction toLeft = new Direction(memory.address() + Direction.ROOM, right);
    return new MemoryWire[] {new MemoryWire(toRight, toLeft), new MemoryWire(toLeft, toRight)};
  }

  /** What a wire needs. */
  static long bytes() {
    return 2L * Direction.ROOM;
  }

  @Override
  public int send(long messages, int count) {
    for (int i = 0; i < count; i++) {
      if (!out.put(messages + (long) i * MessageHeader.SIZE)) {
        return i > 0 ? i : -Errno.EAGAIN;
      }
    }
    return count;
  }

  @Override
  public int receive(long messages, int count) {
    int received = 0;
    while (received < count && in.take(messages + (long) received * MessageHeader.SIZE)) {
      received++;
    }
    return received > 0 ? received : -Errno.EAGAIN;
  }

  @Override
  public int newOverflows(int total) {
    return 0;
  }

  /** A queue of messages. */
  private static final class Direction {
    static final int ROOM = (MESSAGES + 1) * STRIDE;

    private final long base;
    private final long sender;
    private final int[] lengths = new int[MESSAGES];
    private final int[] segmentSizes = new int[MESSAGES];
    private int first;
    private int count;

    Direction(long base, Endpoint sender) {
      this.base = base;
      this.sender = base + (long) MESSAGES * STRIDE;
      SocketAddress.write(sender, this.sender);
    }

    boolean put(long header) {
      if (count == MESSAGES) {
        return false;
      }
      int slot = (first + count++) % MESSAGES;
      lengths[slot] = (int) MessageHeader.bufferLength(header);
      // 16 bits, and zero behind them.
      segmentSizes[slot] =
          MessageHeader.control(header, MessageHeader.SOL_UDP, MessageHeader.UDP_SEGMENT);
      NativeMemory.copy(MessageHeader.buffer(header), place(slot), lengths[slot]);
      return true;
    }

    boolean take(long header) {
      if (count == 0) {
        return false;
      }
      NativeMemory.copy(place(first), MessageHeader.buffer(header), lengths[first]);
      NativeMemory.copy(sender, MessageHeader.name(header), MessageArray.ADDRESS_ROOM);
      MessageHeader.setReceived(header, lengths[first]);
      if (segmentSizes[first] == 0) {
        MessageHeader.clearControl(header);
      } else {
        MessageHeader.setControl(
            header, MessageHeader.SOL_UDP, MessageHeader.UDP_GRO, segmentSizes[first]);
      }
      first = (first + 1) % MESSAGES;
      count--;
      return true;
    }

    private long place(int slot) {
      return base + (long) slot * STRIDE;
    }
  }
}
