package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Socket pairs as a machine that lacks a family has them, and what arrives at a socket. */
final class Sockets {
  private Sockets() {}

  static UdpSocketPair ipv4Only() throws SystemCallException {
    return new UdpSocketPair(UdpSocket.open(SocketAddress.AF_INET, 0, false, 0), null);
  }

  static UdpSocketPair ipv6Only() throws SystemCallException {
    return new UdpSocketPair(null, UdpSocket.open(SocketAddress.AF_INET6, 0, false, 0));
  }

  /** The first four bytes of each of the next datagrams, or fewer after ten seconds. */
  static List<Integer> receive(UdpSocket socket, int datagrams) {
    List<Integer> words = new ArrayList<>();
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    try (Arena arena = Arena.ofConfined();
        ReceiveBatch batch = new ReceiveBatch(arena)) {
      while (words.size() < datagrams && deadlineNs - System.nanoTime() > 0) {
        int received = batch.receive(socket);
        for (int i = 0; i < received; i++) {
          for (int at = 0; at < batch.length(i); at += batch.segmentSize(i)) {
            words.add(NativeMemory.getInt(batch.message(i) + at));
          }
        }
      }
    }
    return words;
  }
}
