package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;

/**
 * One non-blocking UDP socket of one address family, bound to the wildcard address. Its worker
 * reads it; the control thread may send handshake messages through it too (sends are atomic in the
 * kernel).
 */
public final class UdpSocket implements MessageSocket, AutoCloseable {
  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final int MSG_DONTWAIT = 0x40;
  static final int SOL_SOCKET = 1;

  /** Option and control message: the datagrams that a socket has dropped so far. */
  static final int SO_RXQ_OVFL = 40;

  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_REUSEPORT = 15;
  private static final int SO_MARK = 36;
  private static final int IPPROTO_IP = MessageHeader.IPPROTO_IP;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IP_PMTUDISC_DONT = 0;
  private static final int IP_RECVTOS = 13;
  private static final int IPPROTO_IPV6 = MessageHeader.IPPROTO_IPV6;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int IPV6_RECVTCLASS = 66;
  private static final int BUFFER_BYTES = 4 << 20; // as the configuration's default

  private final int fd;
  private final int family;

  // Written by the worker: what was dropped when it was asked last; not known after a takeover.
  private int overflows;
  private boolean countsAnew;

  private UdpSocket(int fd, int family) {
    this.fd = fd;
    this.family = family;
  }

  /** A socket over a descriptor, which it closes: for a start that warms the packet path. */
  public static UdpSocket over(int fd) {
    return new UdpSocket(fd, SocketAddress.AF_INET);
  }

  /** One that is bound and tuned already, over its descriptor, which it closes. */
  static UdpSocket adopt(int fd, int family) {
    UdpSocket socket = new UdpSocket(fd, family);
    socket.countsAnew = true;
    return socket;
  }

  /**
   * Opens and binds.
   *
   * @param family {@link SocketAddress#AF_INET} or {@link SocketAddress#AF_INET6}
   * @param port 0 for any free one
   * @param shared whether it joins other sockets of the port (SO_REUSEPORT)
   * @param fwmark SO_MARK of what it sends, 0 for none
   */
  static UdpSocket open(int family, int port, boolean shared, int fwmark)
      throws SystemCallException {
    int fd = Syscall.socket(family, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw new SystemCallException("cannot open a UDP socket", -fd);
    }
    UdpSocket socket = new UdpSocket(fd, family);
    try {
      if (family == SocketAddress.AF_INET6) {
        check(Syscall.setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1), "IPV6_V6ONLY");
      }
      if (shared) {
        socket.share();
      }
      if (fwmark != 0) {
        socket.mark(fwmark);
      }
      socket.bind(port);
      socket.tune();
      return socket;
    } catch (SystemCallException e) {
      socket.close();
      throw e;
    }
  }

  private void bind(int port) throws SystemCallException {
    Endpoint any =
        family == SocketAddress.AF_INET ? Endpoint.ofIpv4(0, port) : Endpoint.ofIpv6(0, 0, port, 0);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(MessageArray.ADDRESS_ROOM, 8).address();
      int length = SocketAddress.write(any, address);
      check(Syscall.bind(fd, address, length), "cannot bind UDP port " + port);
    }
  }

  /** Lets sockets that are opened as shared ones bind this one's port too. */
  void share() throws SystemCallException {
    check(Syscall.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1), "SO_REUSEPORT");
  }

  /** Sets the SO_MARK of what it sends from now on; 0 for none. */
  void mark(int fwmark) throws SystemCallException {
    check(Syscall.setOption(fd, SOL_SOCKET, SO_MARK, fwmark), "cannot set the fwmark");
  }

  /** Wishes, not needs: the socket works without. */
  private void tune() {
    resize(BUFFER_BYTES, BUFFER_BYTES);
    Syscall.setOption(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    // As the kernel's WireGuard: the outer packet may be fragmented on its way. What ICMP says of
    // an earlier datagram is nobody's business: IP_RECVERR stays off, so it fails no later call.
    if (family == SocketAddress.AF_INET) {
      Syscall.setOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
      Syscall.setOption(fd, IPPROTO_IP, MessageHeader.IP_PKTINFO, 1);
      Syscall.setOption(fd, IPPROTO_IP, IP_RECVTOS, 1);
    } else {
      Syscall.setOption(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IP_PMTUDISC_DONT);
      Syscall.setOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
      Syscall.setOption(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    }
  }

  /**
   * Sets how much the kernel keeps for the socket: past its limits where we may, up to {@code
   * net.core.rmem_max} and {@code wmem_max} otherwise. socket(7).
   */
  void resize(int receiveBytes, int sendBytes) {
    if (Syscall.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, receiveBytes) < 0) {
      Syscall.setOption(fd, SOL_SOCKET, SO_RCVBUF, receiveBytes);
    }
    if (Syscall.setOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, sendBytes) < 0) {
      Syscall.setOption(fd, SOL_SOCKET, SO_SNDBUF, sendBytes);
    }
  }

  /**
   * Lets the kernel join received datagrams of one sender (UDP_GRO, Linux 5.0). From then on every
   * reader has to look at the control message that says where to cut.
   *
   * @return 0, or {@code -errno}
   */
  int joinReceived() {
    return Syscall.setOption(fd, MessageHeader.SOL_UDP, MessageHeader.UDP_GRO, 1);
  }

  /**
   * Asks whether the kernel would cut what is sent (UDP_SEGMENT, Linux 4.18); changes nothing.
   *
   * @return 0, or {@code -errno}
   */
  int probeSegmenting() {
    return Syscall.setOption(fd, MessageHeader.SOL_UDP, MessageHeader.UDP_SEGMENT, 0);
  }

  @Override
  public int receive(long messages, int count) {
    return Syscall.recvmmsg(fd, messages, count, MSG_DONTWAIT);
  }

  @Override
  public int send(long messages, int count) {
    return Syscall.sendmmsg(fd, messages, count, MSG_DONTWAIT);
  }

  @Override
  public int newOverflows(int total) {
    int more = countsAnew ? 0 : total - overflows;
    countsAnew = false;
    overflows = total;
    return more;
  }

  private static void check(int result, String what) throws SystemCallException {
    if (result < 0) {
      throw new SystemCallException(what, -result);
    }
  }

  /** The port it is bound to. */
  int localPort() throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(MessageArray.ADDRESS_ROOM, 8).address();
      long length = arena.allocate(4, 4).address();
      NativeMemory.putInt(length, MessageArray.ADDRESS_ROOM);
      check(Syscall.getsockname(fd, address, length), "getsockname");
      return SocketAddress.read(address).port();
    }
  }

  public int fd() {
    return fd;
  }

  @Override
  public void close() {
    Syscall.close(fd);
  }
}
