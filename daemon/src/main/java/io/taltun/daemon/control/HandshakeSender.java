package io.taltun.daemon.control;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.SocketAddress;
import io.taltun.dataplane.udp.UdpSocket;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;

/**
 * Sends handshake messages through a worker's sockets, so that they leave from the port that data
 * leaves from. Control thread only.
 */
final class HandshakeSender implements AutoCloseable {
  private static final int MSG_DONTWAIT = 0x40;

  private final Arena arena = Arena.ofShared();
  private final long message = arena.allocate(ControlRing.MAX_MESSAGE, 8).address();
  private final MessageArray one = new MessageArray(arena, 1);
  private UdpSocketPair sockets = UdpSocketPair.NONE;

  /** Sends through these from now on. */
  void use(UdpSocketPair sockets) {
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
    return Syscall.sendmmsg(socket.fd(), one.header(0), 1, MSG_DONTWAIT) == 1;
  }

  @Override
  public void close() {
    arena.close();
  }
}
