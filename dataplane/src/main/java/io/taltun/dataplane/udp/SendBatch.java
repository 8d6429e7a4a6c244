package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.PageMemory;
import java.lang.foreign.Arena;

/**
 * Collects datagrams one behind the other and sends them with one sendmmsg(2) a run of equal
 * address family, in the order they were added. Datagrams in a row to one endpoint become one
 * message that the kernel cuts again (UDP_SEGMENT), as long as all are of one length but the last,
 * which may be shorter, and marked alike. Each message leaves from the address that its peer speaks
 * to (trap 31). Owned by one worker.
 */
public final class SendBatch implements AutoCloseable {
  /** The longest UDP payload over IPv4, in bytes: of a datagram, and of a message. */
  public static final int CAPACITY = 65_507;

  /** Most messages a batch. */
  static final int MESSAGES = 64;

  /** The kernel's UDP_MAX_SEGMENTS; newer ones allow 128. */
  static final int SEGMENTS = 64;

  /** A batch goes out when so much is in it: it is to stay in the cache until the kernel reads. */
  private static final int BYTES = 128 * 1024;

  private static final int HEADROOM = 2 * TransportCipher.HEADROOM;
  private static final int ROOM = HEADROOM + BYTES + CAPACITY + TransportCipher.TAILROOM;

  private final Counters counters;
  private final MessageArray messages;
  private final SegmentsApart apart;
  private final PageMemory memory = new PageMemory(ROOM);
  private final long base = memory.address() + HEADROOM;

  // Written by the worker.
  private MessageSocket ipv4;
  private MessageSocket ipv6;

  // Written by the worker; element i is of message i.
  private final boolean[] isIpv4 = new boolean[MESSAGES];
  private final int[] offsets = new int[MESSAGES];
  private final int[] lengths = new int[MESSAGES];
  private final int[] segmentSizes = new int[MESSAGES];
  private final int[] segments = new int[MESSAGES];
  private final int[] trafficClasses = new int[MESSAGES];
  private final Endpoint[] endpoints = new Endpoint[MESSAGES];
  private int count;
  private int used;

  // Written by the worker: whether another datagram may join the last message.
  private boolean open;

  // Written by the worker: where joined datagrams were refused, as a path's MTU is smaller.
  private Endpoint unjoined;

  // Written by the worker; others read it for a status.
  private volatile boolean cutting;

  /**
   * @param ipv4 null where the machine has no such family
   * @param ipv6 likewise
   * @param cutting whether the kernel cuts messages (UDP_SEGMENT)
   */
  public SendBatch(
      Arena arena, MessageSocket ipv4, MessageSocket ipv6, boolean cutting, Counters counters) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.cutting = cutting;
    this.counters = counters;
    messages = new MessageArray(arena, MESSAGES);
    apart = new SegmentsApart(arena, counters);
  }

  /**
   * Sends through other sockets from now on; only while it is empty.
   *
   * @param ipv4 null for none
   * @param ipv6 null for none
   */
  public void use(MessageSocket ipv4, MessageSocket ipv6) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  /** Whether the kernel still cuts messages. Any thread. */
  public boolean cutting() {
    return cutting;
  }

  /** Joins datagrams again where it was refused: those to come may be shorter. */
  public void joinAgain() {
    unjoined = null;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /**
   * Makes room for one more datagram, sending what is there when there is none.
   *
   * @return its address: {@link #CAPACITY} bytes, {@link TransportCipher#TAILROOM} behind them
   */
  public long reserve() {
    if (count == MESSAGES || used >= BYTES) {
      flush();
    }
    return base + used;
  }

  /**
   * Adds what was written to the address that {@link #reserve} gave; {@link #flush} sends it.
   *
   * @param trafficClass of the outer packet, 0 to 255
   */
  public void add(Endpoint to, int length, int trafficClass) {
    int last = count - 1;
    if (open
        && to == endpoints[last]
        && trafficClass == trafficClasses[last]
        && length <= segmentSizes[last]
        && lengths[last] + length <= CAPACITY) {
      lengths[last] += length;
      open = ++segments[last] < SEGMENTS && length == segmentSizes[last];
    } else {
      begin(to, length, trafficClass);
    }
    used += length;
  }

  private void begin(Endpoint to, int length, int trafficClass) {
    offsets[count] = used;
    lengths[count] = length;
    segmentSizes[count] = length;
    segments[count] = 1;
    isIpv4[count] = to.isIpv4();
    messages.setAddressLength(count, SocketAddress.write(to, messages.address(count)));
    trafficClasses[count] = trafficClass;
    endpoints[count] = to;
    open = cutting && to != unjoined;
    count++;
  }

  /** Sends everything. What the kernel does not take is dropped and counted. */
  public void flush() {
    for (int i = 0; i < count; i++) {
      messages.setBuffer(i, base + offsets[i], lengths[i]);
      prepare(i, Departure.from(endpoints[i]));
    }
    int from = 0;
    while (from < count) {
      int to = from + 1;
      while (to < count && isIpv4[to] == isIpv4[from]) {
        to++;
      }
      sendRun(isIpv4[from] ? ipv4 : ipv6, from, to);
      from = to;
    }
    count = 0;
    used = 0;
    open = false;
  }

  private void prepare(int i, LocalAddress local) {
    int segmentSize = segments[i] > 1 ? segmentSizes[i] : 0;
    Departure.write(messages, i, isIpv4[i], local, trafficClasses[i], segmentSize);
  }

  private void sendRun(MessageSocket socket, int from, int to) {
    if (socket == null) {
      counters.drop(DropReason.NO_SOCKET, datagrams(from, to));
      return;
    }
    int at = from;
    while (at < to) {
      int sent = socket.send(messages.header(at), to - at);
      counters.increment(Counter.UDP_SEND_CALLS);
      if (sent > 0) {
        countSent(at, sent);
        at += sent;
      } else if (sent == -Errno.EAGAIN) {
        counters.drop(DropReason.SEND_BUFFER_FULL, datagrams(at, to));
        return;
      } else if (sent != -Errno.EINTR) {
        refused(socket, at, -sent);
        at++;
      }
    }
  }

  private void countSent(int from, int messages) {
    counters.add(Counter.UDP_SENT_MESSAGES, messages);
    int datagrams = datagrams(from, from + messages);
    counters.add(Counter.UDP_SENT_DATAGRAMS, datagrams);
    counters.batch(Batch.UDP_SEND, datagrams);
    long bytes = 0;
    for (int i = from; i < from + messages; i++) {
      bytes += lengths[i];
    }
    counters.add(Counter.UDP_SENT_BYTES, bytes);
  }

  /**
   * This one message cannot go; the others still can. It may go from another address, or at a
   * second attempt, or its datagrams one by one; otherwise it is dropped.
   */
  private void refused(MessageSocket socket, int message, int errno) {
    int reason = errno;
    LocalAddress local = endpoints[message].local();
    if (local != null && SendFailure.mayBeLocalAddress(errno)) {
      prepare(message, null);
      reason = sendAlone(socket, message);
      if (reason == 0) {
        giveUp(local);
        return;
      }
    } else if (SendFailure.isStale(errno)) {
      reason = sendAlone(socket, message);
      if (reason == 0) {
        return;
      }
    }
    if (segments[message] > 1 && SendFailure.mayBeJoining(reason)) {
      takeApart(socket, message, reason);
    } else {
      counters.drop(SendFailure.reason(reason), segments[message]);
    }
  }

  private void giveUp(LocalAddress local) {
    if (!local.givenUp()) {
      local.giveUp();
      counters.increment(Counter.LOCAL_ADDRESSES_GIVEN_UP);
    }
  }

  /** Once more; 0 or the errno. */
  private int sendAlone(MessageSocket socket, int message) {
    int sent = socket.send(messages.header(message), 1);
    counters.increment(Counter.UDP_SEND_CALLS);
    if (sent > 0) {
      countSent(message, 1);
      return 0;
    }
    return -sent;
  }

  private void takeApart(MessageSocket socket, int message, int errno) {
    counters.increment(Counter.UDP_OFFLOAD_REFUSALS);
    if (errno == Errno.EIO) {
      cutting = false;
    } else {
      unjoined = endpoints[message];
    }
    apart.send(
        socket,
        messages.address(message),
        endpoints[message],
        trafficClasses[message],
        base + offsets[message],
        lengths[message],
        segmentSizes[message]);
  }

  private int datagrams(int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += segments[i];
    }
    return sum;
  }

  /** After the worker ended. */
  @Override
  public void close() {
    memory.close();
  }
}
