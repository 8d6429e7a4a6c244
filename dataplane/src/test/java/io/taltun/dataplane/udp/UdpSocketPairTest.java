package io.taltun.dataplane.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UdpSocketPairTest {
  @Test
  void shouldShareOneFreePortWhenPortZeroIsAsked() throws SystemCallException {
    List<UdpSocketPair> pairs = UdpSocketPair.open(3, 0, 0);
    try {
      assertThat(pairs).hasSize(3);
      int port = pairs.getFirst().localPort();
      assertThat(port).isPositive();
      for (UdpSocketPair pair : pairs) {
        assertThat(pair.ipv4().localPort()).isEqualTo(port);
        assertThat(pair.ipv6().localPort()).isEqualTo(port);
      }
    } finally {
      pairs.forEach(UdpSocketPair::close);
    }
  }

  /** The first is bound alone and joins the group later; the kernel has to know it all the same. */
  @Test
  void shouldSpreadSendersOverAllSocketsOfAPort() throws Exception {
    List<UdpSocketPair> pairs = UdpSocketPair.open(3, 0, 0);
    try (Arena arena = Arena.ofConfined()) {
      InetAddress here = InetAddress.getLoopbackAddress();
      for (int i = 0; i < 200; i++) {
        try (DatagramSocket sender = new DatagramSocket()) {
          sender.send(new DatagramPacket(new byte[1], 1, here, pairs.getFirst().localPort()));
        }
      }
      long buffer = arena.allocate(8, 8).address();
      int sum = 0;
      for (UdpSocketPair pair : pairs) {
        int received = 0;
        while (Syscall.recv(pair.ipv4().fd(), buffer, 8, 0) == 1) {
          received++;
        }
        assertThat(received).isBetween(20, 130);
        sum += received;
      }
      assertThat(sum).isEqualTo(200);
    } finally {
      pairs.forEach(UdpSocketPair::close);
    }
  }

  @Test
  void shouldRefuseThePortOfARunningGatewayWhenASecondStarts() throws SystemCallException {
    List<UdpSocketPair> running = UdpSocketPair.open(2, 0, 0);
    int port = running.getFirst().localPort();
    try {
      assertThatThrownBy(() -> UdpSocketPair.open(2, port, 0))
          .isInstanceOf(SystemCallException.class)
          .hasMessage("cannot bind UDP port " + port + ": address already in use")
          .extracting(e -> ((SystemCallException) e).errno())
          .isEqualTo(Errno.EADDRINUSE);
    } finally {
      running.forEach(UdpSocketPair::close);
    }
    UdpSocketPair.open(2, port, 0).forEach(UdpSocketPair::close);
  }

  @Test
  void shouldRefuseThePortWhenOnlyOneFamilyIsTaken() throws SystemCallException {
    int freed;
    try (UdpSocketPair six = Sockets.ipv6Only()) {
      int taken = six.localPort();
      freed = taken;
      assertThatThrownBy(() -> UdpSocketPair.open(1, taken, 0))
          .isInstanceOf(SystemCallException.class);
    }
    // The refusal left nothing open in the other family.
    UdpSocketPair.open(1, freed, 0).forEach(UdpSocketPair::close);
  }

  /** Trap 30. */
  @Test
  void shouldOpenTheOtherFamilyWhenTheMachineLacksOne() throws SystemCallException {
    for (int errno : new int[] {Errno.EAFNOSUPPORT, Errno.EPROTONOSUPPORT, Errno.EADDRNOTAVAIL}) {
      for (int missing : new int[] {SocketAddress.AF_INET, SocketAddress.AF_INET6}) {
        List<UdpSocketPair> pairs = UdpSocketPair.open(lacking(errno, missing), 2, 0, 0);
        int port = pairs.getFirst().localPort();
        assertThat(port).isPositive();
        for (UdpSocketPair pair : pairs) {
          assertThat(pair.ipv4() == null).isEqualTo(missing == SocketAddress.AF_INET);
          assertThat(pair.ipv6() == null).isEqualTo(missing == SocketAddress.AF_INET6);
          assertThat(pair.localPort()).isEqualTo(port);
          pair.close();
        }
      }
    }
  }

  /** Trap 30: a gateway that nobody can reach does not start. */
  @Test
  void shouldRefuseToStartWhenTheMachineLacksBoth() {
    assertThatThrownBy(
            () ->
                UdpSocketPair.open(
                    lacking(Errno.EAFNOSUPPORT, SocketAddress.AF_INET, SocketAddress.AF_INET6),
                    1,
                    0,
                    0))
        .isInstanceOf(SystemCallException.class)
        .hasMessageContaining("neither IPv4 nor IPv6");
  }

  private static UdpSocketPair.Opener lacking(int errno, int... families) {
    return (family, port, shared, fwmark) -> {
      for (int missing : families) {
        if (family == missing) {
          throw new SystemCallException("cannot open a UDP socket", errno);
        }
      }
      return UdpSocket.open(family, port, shared, fwmark);
    };
  }

  @Test
  void shouldFindAPortFreeInBothFamiliesWhenManyAreAsked() throws SystemCallException {
    List<UdpSocketPair> all = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        all.addAll(UdpSocketPair.open(1, 0, 0));
      }
      assertThat(all).extracting(UdpSocketPair::localPort).doesNotHaveDuplicates();
    } finally {
      all.forEach(UdpSocketPair::close);
    }
  }
}
