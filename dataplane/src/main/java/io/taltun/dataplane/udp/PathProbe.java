package io.taltun.dataplane.udp;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.wire.MessageType;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.MessageArray;
import io.taltun.dataplane.os.MessageHeader;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;

/**
 * Sends datagrams that no router may cut, as long as their first link takes, so that a router whose
 * next link is narrower says so. The kernel remembers what it says for the destination; here
 * nothing is received. They leave from a port of their own: who holds them does not mix up with the
 * tunnel's. A peer drops them, as their type is none of WireGuard's. One thread.
 */
public final class PathProbe implements AutoCloseable {
  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final int SO_MARK = 36;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPV6_MTU_DISCOVER = 23;

  /** DF, whatever the kernel knows of the path; IPV6_PMTUDISC_PROBE is the same. */
  private static final int IP_PMTUDISC_PROBE = 3;

  private static final int IPV4_AND_UDP = 28;
  private static final int IPV6_AND_UDP = 48;
  private static final int LONGEST = 65_507;

  private final Arena arena = Arena.ofConfined();
  private final MessageArray message = new MessageArray(arena, 1);
  private final long buffer = arena.allocate(LONGEST, 8).address();
  private final int ipv4;
  private final int ipv6;

  private PathProbe(int ipv4, int ipv6) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    NativeMemory.putIntLe(buffer, MessageType.PATH_PROBE);
  }

  /**
   * Opens a socket of each family that the machine has.
   *
   * @param fwmark SO_MARK of what it sends, 0 for none
   */
  public static PathProbe open(int fwmark) throws SystemCallException {
    int v4 = socket(SocketAddress.AF_INET, MessageHeader.IPPROTO_IP, IP_MTU_DISCOVER, fwmark);
    int v6 = socket(SocketAddress.AF_INET6, MessageHeader.IPPROTO_IPV6, IPV6_MTU_DISCOVER, fwmark);
    if (v4 < 0 && v6 < 0) {
      throw new SystemCallException("cannot open a socket to probe paths", -v4);
    }
    return new PathProbe(v4, v6);
  }

  private static int socket(int family, int level, int discover, int fwmark) {
    int fd = Syscall.socket(family, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      return fd;
    }
    int result = Syscall.setOption(fd, level, discover, IP_PMTUDISC_PROBE);
    if (result >= 0 && fwmark != 0) {
      result = Syscall.setOption(fd, UdpSocket.SOL_SOCKET, SO_MARK, fwmark);
    }
    if (result < 0) {
      Syscall.close(fd);
      return result;
    }
    return fd;
  }

  /**
   * Sends one.
   *
   * @param packetLength of the whole packet, IP header included, in bytes
   * @return 0, or the errno
   */
  public int send(Endpoint to, int packetLength) {
    int fd = to.isIpv4() ? ipv4 : ipv6;
    if (fd < 0) {
      return Errno.EAFNOSUPPORT;
    }
    int length = Math.min(packetLength - (to.isIpv4() ? IPV4_AND_UDP : IPV6_AND_UDP), LONGEST);
    if (length < MessageType.LENGTH) {
      return Errno.EMSGSIZE;
    }
    message.setBuffer(0, buffer, length);
    message.setAddressLength(0, SocketAddress.write(to, message.address(0)));
    message.setSegmentSize(0, 0);
    int sent = Syscall.sendmmsg(fd, message.header(0), 1, 0);
    return sent < 0 ? -sent : 0;
  }

  @Override
  public void close() {
    if (ipv4 >= 0) {
      Syscall.close(ipv4);
    }
    if (ipv6 >= 0) {
      Syscall.close(ipv6);
    }
    arena.close();
  }
}
