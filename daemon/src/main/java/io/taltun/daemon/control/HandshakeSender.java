package io.taltun.daemon.control;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.MessageType;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.Departure;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import io.taltun.dataplane.udp.SocketAddress;
import io.taltun.dataplane.udp.UdpSocket;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;

/**
 * Sends handshake messages through a worker's sockets, so that they leave from the port that data
 * leaves from, and from the address that the peer spoke to (trap 31). Messages are gathered until
 * {@link #flush}: under load a cookie reply is sent for each of thousands a second. Control thread
 * only.
 */
final class HandshakeSender implements AutoCloseable {
  private static final int MSG_DONTWAIT = 0x40;

  /** DSCP AF41, as the kernel's WireGuard marks initiations and responses. */
  private static final int HANDSHAKE_TRAFFIC_CLASS = 0x88;

  private static final int MESSAGES = 64;
  private static final int MESSAGE_ROOM = 160;

  private final ControlCounters counters;
  private final Arena arena = Arena.ofShared();
  private final long buffers = arena.allocate((long) MESSAGES * MESSAGE_ROOM, 64).address();
  private final MessageArray messages = new MessageArray(arena, MESSAGES);
  private final Peer[] peers = new Peer[MESSAGES];
  private final Endpoint[] endpoints = new Endpoint[MESSAGES];
  private final LocalAddress[] locals = new LocalAddress[MESSAGES];
  private UdpSocketPair sockets = UdpSocketPair.NONE;

  /** What the gathered messages go through; of one family. */
  private UdpSocket socket;

  private int count;

  /**
   * @param counters of what the kernel does not take
   */
  HandshakeSender(ControlCounters counters) {
    this.counters = counters;
  }

  /** Sends through these from now on, and what was gathered through those before. */
  void use(UdpSocketPair sockets) {
    flush();
    this.sockets = sockets;
  }

  /**
   * Sends by the next {@link #flush}, or drops: the protocol's retries are the remedy.
   *
   * @param peer whose traffic it counts as, or null
   * @param bytes copied
   */
  void send(Peer peer, byte[] bytes, int length, Endpoint to) {
    UdpSocket through = to.isIpv4() ? sockets.ipv4() : sockets.ipv6();
    if (through == null) {
      counters.add(ControlCounter.MESSAGES_UNSENT, 1);
      return;
    }
    if (count == MESSAGES || through != socket) {
      flush();
      socket = through;
    }
    int i = count++;
    long buffer = buffers + (long) i * MESSAGE_ROOM;
    NativeMemory.copy(bytes, 0, buffer, length);
    messages.setBuffer(i, buffer, length);
    messages.setAddressLength(i, SocketAddress.write(to, messages.address(i)));
    peers[i] = peer;
    endpoints[i] = to;
    locals[i] = Departure.from(to);
    depart(i, locals[i]);
  }

  private void depart(int i, LocalAddress local) {
    // A cookie reply is not marked: it goes to whoever claims to be there.
    boolean cookie =
        NativeMemory.getByte(buffers + (long) i * MESSAGE_ROOM) == MessageType.COOKIE_REPLY;
    int trafficClass = cookie ? 0 : HANDSHAKE_TRAFFIC_CLASS;
    Departure.write(messages, i, endpoints[i].isIpv4(), local, trafficClass, 0);
  }

  /** Sends what was gathered. */
  void flush() {
    int i = 0;
    while (i < count) {
      int sent = sendmmsg(i, count - i);
      if (sent > 0) {
        for (int end = i + sent; i < end; i++) {
          account(i);
        }
      } else if (sent == -Errno.EAGAIN) {
        // The socket has no room for any of the rest either.
        counters.add(ControlCounter.MESSAGES_UNSENT, count - i);
        i = count;
      } else {
        sendAgain(i++);
      }
    }
    for (i = 0; i < count; i++) {
      peers[i] = null;
      endpoints[i] = null;
      locals[i] = null;
    }
    count = 0;
  }

  /** The address it leaves from may be gone; an error of another cause comes again. */
  private void sendAgain(int i) {
    LocalAddress local = locals[i];
    if (local != null) {
      depart(i, null);
      if (sendmmsg(i, 1) == 1) {
        local.giveUp();
        account(i);
        return;
      }
    }
    counters.add(ControlCounter.MESSAGES_UNSENT, 1);
  }

  private int sendmmsg(int from, int number) {
    return Syscall.sendmmsg(socket.fd(), messages.header(from), number, MSG_DONTWAIT);
  }

  private void account(int i) {
    if (peers[i] != null) {
      peers[i].controlLane().sentHandshake((int) MessageHeader.bufferLength(messages.header(i)));
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
