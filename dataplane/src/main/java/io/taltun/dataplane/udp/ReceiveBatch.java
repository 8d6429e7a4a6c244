package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;
import io.taltun.dataplane.os.PageMemory;
import java.lang.foreign.Arena;

/**
 * The messages of one recvmmsg(2). A message is one datagram, or many of one sender that the kernel
 * joined (UDP_GRO): equal in length, only the last may be shorter. What it shows is the worker's
 * until the next {@link #receive}. Owned by one worker.
 *
 * <p>It asks for few messages while they are large and for many while they are small: one call
 * brings about as many bytes either way, a bounded burst.
 */
public final class ReceiveBatch implements AutoCloseable {
  /** Most messages a call. */
  public static final int SIZE = 64;

  /** Messages a call while they are joined ones of up to 64 KiB. */
  private static final int SIZE_OF_JOINED = 8;

  /** Mean bytes of a message from which on the next call asks for few. */
  private static final int LARGE = 8 * 1024;

  /** The longest UDP payload over IPv4, in bytes. */
  private static final int CAPACITY = 65_507;

  private static final int HEADROOM = 2 * TransportCipher.HEADROOM;

  /** No power of two, so that equal offsets do not fall into one set of the cache. */
  private static final int STRIDE = 66_048;

  private final MessageArray messages;
  private final PageMemory memory = new PageMemory((long) SIZE * STRIDE);

  // Written by the worker, of the last receive: bytes of each datagram but the last of message i.
  private final int[] segmentSizes = new int[SIZE];

  // Written by the worker: what the kernel last said of dropped datagrams, unsigned.
  private int overflows;

  private int asked = SIZE;

  // Written by the worker: messages that the kernel may have written into since they were prepared.
  // The others are as good as new, and after a pause each costs a cache miss to touch.
  private int used;

  // Written by the worker.
  private boolean more;

  public ReceiveBatch(Arena arena) {
    messages = new MessageArray(arena, SIZE);
    for (int i = 0; i < SIZE; i++) {
      messages.setBuffer(i, message(i), CAPACITY);
      messages.prepareToReceive(i);
    }
  }

  /**
   * Receives what waits.
   *
   * @return messages, or {@code -errno} (EAGAIN when there are none; ICMP errors of earlier sends
   *     come here too and mean nothing)
   */
  public int receive(MessageSocket socket) {
    for (int i = 0; i < used; i++) {
      messages.prepareToReceive(i);
    }
    int received = socket.receive(messages.header(0), asked);
    used = Math.min(Math.max(received, 0) + 1, SIZE);
    more = received == asked;
    overflows = 0;
    if (received > 0) {
      adapt(received);
      for (int i = 0; i < received; i++) {
        readControl(i);
      }
    }
    return received;
  }

  /** Whether the last {@link #receive} left something behind, as far as is known. */
  public boolean more() {
    return more;
  }

  private void readControl(int i) {
    long header = messages.header(i);
    long arrival = messages.address(i);
    Arrival.clear(arrival);
    int segmentSize = 0;
    for (long at = MessageHeader.firstControl(header);
        at != 0;
        at = MessageHeader.nextControl(header, at)) {
      int level = MessageHeader.controlLevel(at);
      int type = MessageHeader.controlType(at);
      long data = MessageHeader.controlData(at);
      if (level == MessageHeader.IPPROTO_IP || level == MessageHeader.IPPROTO_IPV6) {
        Arrival.take(arrival, level, type, data);
      } else if (level == MessageHeader.SOL_UDP && type == MessageHeader.UDP_GRO) {
        segmentSize = NativeMemory.getInt(data);
      } else if (level == UdpSocket.SOL_SOCKET && type == UdpSocket.SO_RXQ_OVFL) {
        overflows = NativeMemory.getInt(data);
      }
    }
    segmentSizes[i] = segmentSize > 0 ? segmentSize : Math.max(messages.length(i), 1);
  }

  private void adapt(int received) {
    long bytes = 0;
    for (int i = 0; i < received; i++) {
      bytes += messages.length(i);
    }
    asked = bytes > (long) received * LARGE ? SIZE_OF_JOINED : SIZE;
  }

  /**
   * Address of message {@code i}, writable, with {@link TransportCipher#HEADROOM} bytes before it
   * and {@link TransportCipher#TAILROOM} behind.
   */
  public long message(int i) {
    return memory.address() + (long) i * STRIDE + HEADROOM;
  }

  /** Bytes of message {@code i}. */
  public int length(int i) {
    return messages.length(i);
  }

  /** Bytes of each datagram in message {@code i} but the last; its length where it is but one. */
  public int segmentSize(int i) {
    return segmentSizes[i];
  }

  /** What the kernel last said of datagrams dropped before these: unsigned, 0 for none. */
  public int overflows() {
    return overflows;
  }

  /** Whether message {@code i} was longer than its place and is cut (trap 6). */
  public boolean truncated(int i) {
    return (messages.flags(i) & MessageArray.MSG_TRUNC) != 0;
  }

  /** Address of how message {@code i} came, an {@link Arrival}. */
  public long arrival(int i) {
    return messages.address(i);
  }

  /** After the worker ended. */
  @Override
  public void close() {
    memory.close();
  }
}
