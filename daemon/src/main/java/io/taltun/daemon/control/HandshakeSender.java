package io.taltun.daemon.control;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.MessageType;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.udp.Departure;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import io.taltun.dataplane.udp.SocketAddress;
import io.taltun.dataplane.udp.UdpSocket;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;

/**
 * Sends handshake messages through a worker's sockets, so that they leave from the port that data
 * leaves from, and from the address that the peer spoke to (trap 31). Control thread only.
 */
final class HandshakeSender implements AutoCloseable {
  private static final int MSG_DONTWAIT = 0x40;

  /** DSCP AF41, as the kernel's WireGuard marks initiations and responses. */
  private static final int HANDSHAKE_TRAFFIC_CLASS = 0x88;

  private final Arena arena = Arena.ofShared();
  private final long message = arena.allocate(ControlRing.MAX_MESSAGE, 8).address();
  private final MessageArray one = new MessageArray(arena, 1);
  private final UdpSocketPair sockets;

  HandshakeSender(UdpSocketPair sockets) {
    this.sockets = sockets;
  }

  /**
   * Sends, or drops: the protocol's retries are the remedy.
   *
   * @return whether the kernel took it
   */
  boolean send(byte[] bytes, int length, Endpoint to) {
    UdpSocket socket = to.isIpv4() ? sockets.ipv4() : sockets.ipv6();
    if (socket == null) {
      return false;
    }
    NativeMemory.copy(bytes, 0, message, length);
    one.setBuffer(0, message, length);
    one.setAddressLength(0, SocketAddress.write(to, one.address(0)));
    // A cookie reply is not marked: it goes to whoever claims to be there.
    int trafficClass = bytes[0] == MessageType.COOKIE_REPLY ? 0 : HANDSHAKE_TRAFFIC_CLASS;
    LocalAddress local = Departure.from(to);
    if (send(socket, to, local, trafficClass)) {
      return true;
    }
    // The address may be gone; an error of another cause comes again.
    if (local == null || !send(socket, to, null, trafficClass)) {
      return false;
    }
    local.giveUp();
    return true;
  }

  private boolean send(UdpSocket socket, Endpoint to, LocalAddress local, int trafficClass) {
    Departure.write(one, 0, to.isIpv4(), local, trafficClass, 0);
    return Syscall.sendmmsg(socket.fd(), one.header(0), 1, MSG_DONTWAIT) == 1;
  }

  @Override
  public void close() {
    arena.close();
  }
}
