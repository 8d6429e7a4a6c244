package io.taltun.dataplane.udp;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;

/**
 * Collects up to {@value #SIZE} datagrams and sends them with one sendmmsg(2) a run of equal
 * address family, in the order they were added. Owned by one worker.
 */
public final class SendBatch {
  public static final int SIZE = PacketSlots.COUNT;

  /** The longest datagram, in bytes. */
  public static final int CAPACITY = PacketSlots.CAPACITY;

  private static final int MSG_DONTWAIT = 0x40;

  private final UdpSocketPair sockets;
  private final Counters counters;
  private final MessageArray messages;
  private final PacketSlots slots;
  private final boolean[] isIpv4 = new boolean[SIZE];
  private int count;

  public SendBatch(Arena arena, UdpSocketPair sockets, Counters counters) {
    this.sockets = sockets;
    this.counters = counters;
    messages = new MessageArray(arena, SIZE);
    slots = new PacketSlots(arena);
  }

  public boolean isFull() {
    return count == SIZE;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** Address of the next datagram's place, {@link #CAPACITY} bytes; only while not full. */
  public long next() {
    return slots.address(count);
  }

  /** Adds what was written to {@link #next}; sent by {@link #flush}. */
  public void add(Endpoint to, int length) {
    messages.setBuffer(count, slots.address(count), length);
    messages.setAddressLength(count, SocketAddress.write(to, messages.address(count)));
    isIpv4[count] = to.isIpv4();
    count++;
  }

  /** Sends everything. What the kernel does not take is dropped and counted. */
  public void flush() {
    int from = 0;
    while (from < count) {
      int to = from + 1;
      while (to < count && isIpv4[to] == isIpv4[from]) {
        to++;
      }
      sendRun(isIpv4[from] ? sockets.ipv4() : sockets.ipv6(), from, to);
      from = to;
    }
    count = 0;
  }

  private void sendRun(UdpSocket socket, int from, int to) {
    if (socket == null) {
      counters.drop(DropReason.NO_SOCKET, to - from);
      return;
    }
    int at = from;
    while (at < to) {
      int sent = Syscall.sendmmsg(socket.fd(), messages.header(at), to - at, MSG_DONTWAIT);
      counters.increment(Counter.UDP_SEND_CALLS);
      if (sent > 0) {
        counters.add(Counter.UDP_SENT_DATAGRAMS, sent);
        at += sent;
      } else if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
        counters.drop(DropReason.SEND_BUFFER_FULL, to - at);
        return;
      } else if (sent != -Errno.EINTR) {
        // This one datagram cannot go (no route, too long, an ICMP error of an earlier one): the
        // others still can.
        counters.drop(DropReason.SEND_FAILED);
        at++;
      }
    }
  }
}
