package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;
import java.lang.foreign.Arena;

/** Sends the segments of a message that the kernel did not cut, one datagram each. */
final class SegmentsApart {
  private final MessageArray datagrams;
  private final Counters counters;

  SegmentsApart(Arena arena, Counters counters) {
    this.counters = counters;
    datagrams = new MessageArray(arena, SendBatch.SEGMENTS);
  }

  /**
   * @param address of the socket address of all
   * @param to the endpoint that it is of
   * @param trafficClass of all
   * @param message address of the first segment
   * @param length of all segments
   * @param segmentSize of each but the last; at most {@link SendBatch#SEGMENTS} of them
   */
  void send(
      MessageSocket socket,
      long address,
      Endpoint to,
      int trafficClass,
      long message,
      int length,
      int segmentSize) {
    LocalAddress local = Departure.from(to);
    int count = 0;
    for (int at = 0; at < length; at += segmentSize) {
      datagrams.setBuffer(count, message + at, Math.min(segmentSize, length - at));
      Departure.write(datagrams, count, to.isIpv4(), local, trafficClass, 0);
      NativeMemory.copy(address, datagrams.address(count), MessageArray.ADDRESS_ROOM);
      datagrams.setAddressLength(count, SocketAddress.length(to));
      count++;
    }
    sendAll(socket, to, local, trafficClass, count);
  }

  private void sendAll(
      MessageSocket socket, Endpoint to, LocalAddress local, int trafficClass, int count) {
    LocalAddress from = local;
    int at = 0;
    while (at < count) {
      int sent = socket.send(datagrams.header(at), count - at);
      counters.increment(Counter.UDP_SEND_CALLS);
      if (sent > 0) {
        counters.add(Counter.UDP_SENT_MESSAGES, sent);
        counters.add(Counter.UDP_SENT_DATAGRAMS, sent);
        counters.batch(Batch.UDP_SEND, sent);
        counters.add(Counter.UDP_SENT_BYTES, bytes(at, at + sent));
        at += sent;
        if (from != local && !local.givenUp()) {
          local.giveUp();
          counters.increment(Counter.LOCAL_ADDRESSES_GIVEN_UP);
        }
      } else if (sent == -Errno.EAGAIN) {
        counters.drop(DropReason.SEND_BUFFER_FULL, count - at);
        return;
      } else if (from != null && SendFailure.mayBeLocalAddress(-sent)) {
        from = null;
        for (int i = at; i < count; i++) {
          Departure.write(datagrams, i, to.isIpv4(), null, trafficClass, 0);
        }
      } else if (sent != -Errno.EINTR) {
        counters.drop(SendFailure.reason(-sent));
        at++;
      }
    }
  }

  private long bytes(int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += MessageHeader.bufferLength(datagrams.header(i));
    }
    return sum;
  }
}
