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
 * ends: a message comes out as it went in, with the bytes of its segments and the address that it
 * came to. Both ends belong to one thread. Nothing is allocated after construction.
 */
public final class MemoryWire implements MessageSocket {
  /** That of both ends, 127.0.0.1 as one big-endian word. */
  static final int ADDRESS = 0x7f00_0001;

  private static final int IN_PKTINFO = 12;

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
      long segment =
          MessageHeader.control(header, MessageHeader.SOL_UDP, MessageHeader.UDP_SEGMENT);
      segmentSizes[slot] = segment == 0 ? 0 : NativeMemory.getShort(segment) & 0xffff;
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
      MessageHeader.clearControl(header);
      if (segmentSizes[first] != 0) {
        NativeMemory.putInt(
            MessageHeader.addControl(
                header, MessageHeader.SOL_UDP, MessageHeader.UDP_GRO, Integer.BYTES),
            segmentSizes[first]);
      }
      long info =
          MessageHeader.addControl(
              header, MessageHeader.IPPROTO_IP, MessageHeader.IP_PKTINFO, IN_PKTINFO);
      NativeMemory.putInt(info, 1);
      NativeMemory.putIntBe(info + 4, ADDRESS);
      NativeMemory.putIntBe(info + 8, ADDRESS);
      first = (first + 1) % MESSAGES;
      count--;
      return true;
    }

    private long place(int slot) {
      return base + (long) slot * STRIDE;
    }
  }
}
