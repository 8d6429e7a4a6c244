package io.taltun.dataplane.udp;

import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.SystemCallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A worker's sockets: IPv4 and IPv6 on one port. Either may be missing, when the machine has no
 * such family (trap 30); both only in {@link #NONE}.
 */
public final class UdpSocketPair implements AutoCloseable {
  /** No sockets: the link is down. Nothing is received, what is sent is dropped. */
  public static final UdpSocketPair NONE = new UdpSocketPair(null, null);

  private static final int ATTEMPTS_FOR_A_FREE_PORT = 16;

  private final UdpSocket ipv4;
  private final UdpSocket ipv6;

  /** Opens a socket, as {@link UdpSocket#open} does. */
  @FunctionalInterface
  interface Opener {
    UdpSocket open(int family, int port, boolean shared, int fwmark) throws SystemCallException;
  }

  UdpSocketPair(UdpSocket ipv4, UdpSocket ipv6) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  /** The IPv4 socket, or null. */
  public UdpSocket ipv4() {
    return ipv4;
  }

  /** The IPv6 socket, or null. */
  public UdpSocket ipv6() {
    return ipv6;
  }

  /** Those that are there. */
  List<UdpSocket> present() {
    return Stream.of(ipv4, ipv6).filter(Objects::nonNull).toList();
  }

  /** Sets the SO_MARK of what they send from now on; 0 for none. */
  public void mark(int fwmark) throws SystemCallException {
    for (UdpSocket socket : present()) {
      socket.mark(fwmark);
    }
  }

  /** Sets how many bytes the kernel keeps of what comes and of what goes, in each socket. */
  public void resize(int receiveBytes, int sendBytes) {
    present().forEach(socket -> socket.resize(receiveBytes, sendBytes));
  }

  private void share() throws SystemCallException {
    for (UdpSocket socket : present()) {
      socket.share();
    }
  }

  /** The port both are bound to; not of {@link #NONE}. */
  public int localPort() throws SystemCallException {
    return (ipv4 != null ? ipv4 : ipv6).localPort();
  }

  /**
   * Opens one pair a worker, all on one port.
   *
   * @param port 0 for any that is free in both families
   * @throws SystemCallException when the port is taken, also by a socket that would share it
   */
  public static List<UdpSocketPair> open(int workers, int port, int fwmark)
      throws SystemCallException {
    return open(UdpSocket::open, workers, port, fwmark);
  }

  static List<UdpSocketPair> open(Opener opener, int workers, int port, int fwmark)
      throws SystemCallException {
    for (int attempt = 1; ; attempt++) {
      try {
        return openOnce(opener, workers, port, fwmark);
      } catch (SystemCallException e) {
        boolean retry = port == 0 && e.errno() == Errno.EADDRINUSE;
        if (!retry || attempt == ATTEMPTS_FOR_A_FREE_PORT) {
          throw e;
        }
      }
    }
  }

  /**
   * Sockets that another process opened and handed over.
   *
   * @param ipv4 descriptor, −1 for none
   * @param ipv6 descriptor, −1 for none
   */
  public static UdpSocketPair adopt(int ipv4, int ipv6) {
    return new UdpSocketPair(
        ipv4 < 0 ? null : UdpSocket.adopt(ipv4, SocketAddress.AF_INET),
        ipv6 < 0 ? null : UdpSocket.adopt(ipv6, SocketAddress.AF_INET6));
  }

  private static List<UdpSocketPair> openOnce(Opener opener, int workers, int port, int fwmark)
      throws SystemCallException {
    List<UdpSocketPair> pairs = new ArrayList<>();
    try {
      // With SO_REUSEPORT from the start this bind would join a second gateway of the same user,
      // and take half of its packets, in silence. Without it, it finds out.
      UdpSocketPair first = openPair(opener, port, false, fwmark);
      pairs.add(first);
      if (workers > 1) {
        first.share();
      }
      int chosen = first.localPort();
      while (pairs.size() < workers) {
        pairs.add(openPair(opener, chosen, true, fwmark));
      }
      return List.copyOf(pairs);
    } catch (SystemCallException e) {
      pairs.forEach(UdpSocketPair::close);
      throw e;
    }
  }

  private static UdpSocketPair openPair(Opener opener, int port, boolean shared, int fwmark)
      throws SystemCallException {
    UdpSocket v4 = openIfThere(opener, SocketAddress.AF_INET, port, shared, fwmark);
    try {
      int samePort = v4 == null ? port : v4.localPort();
      UdpSocket v6 = openIfThere(opener, SocketAddress.AF_INET6, samePort, shared, fwmark);
      if (v4 == null && v6 == null) {
        throw new SystemCallException("neither IPv4 nor IPv6 is there", Errno.EAFNOSUPPORT);
      }
      return new UdpSocketPair(v4, v6);
    } catch (SystemCallException e) {
      if (v4 != null) {
        v4.close();
      }
      throw e;
    }
  }

  private static UdpSocket openIfThere(
      Opener opener, int family, int port, boolean shared, int fwmark) throws SystemCallException {
    try {
      return opener.open(family, port, shared, fwmark);
    } catch (SystemCallException e) {
      return switch (e.errno()) {
        case Errno.EAFNOSUPPORT, Errno.EPROTONOSUPPORT, Errno.EADDRNOTAVAIL -> null;
        default -> throw e;
      };
    }
  }

  @Override
  public void close() {
    if (ipv4 != null) {
      ipv4.close();
    }
    if (ipv6 != null) {
      ipv6.close();
    }
  }
}
