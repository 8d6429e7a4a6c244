package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.IpPrefix;
import io.taltun.daemon.netlink.Addresses;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.NetworkNamespace;
import io.taltun.daemon.netlink.RouteWatch;
import io.taltun.daemon.netlink.Routes;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.LocalAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Trap 31: a local address is given up when the way to the peer leads elsewhere. */
class LocalAddressWatchTest {
  private static final IpPrefix ON_ONE = IpPrefix.parse("198.18.1.1/24");
  private static final IpPrefix ON_TWO = IpPrefix.parse("198.18.2.1/24");
  private static final IpPrefix ON_TWO_IPV6 = IpPrefix.parse("2001:db8:2::1/64");

  /** Two links, each with an address of its own, and a netlink socket to change them with. */
  private record Host(NetlinkSocket netlink, int one, int two) {
    static Host of(NetlinkSocket netlink) throws Exception {
      Links links = new Links(netlink);
      links.createVeth("one", "one-end", -1);
      links.createVeth("two", "two-end", -1);
      for (String name : new String[] {"one-end", "two-end", "one", "two"}) {
        links.setUp(links.index(name));
      }
      Host host = new Host(netlink, links.index("one"), links.index("two"));
      Addresses addresses = new Addresses(netlink);
      addresses.add(host.one, ON_ONE);
      addresses.add(host.two, ON_TWO);
      addresses.add(host.two, ON_TWO_IPV6);
      return host;
    }

    Endpoint peerOn(int link) {
      boolean first = link == one;
      return Endpoint.ofIpv4(first ? 0xc612_0102 : 0xc612_0202, 51820)
          .at(LocalAddress.ofIpv4(word(first ? ON_ONE : ON_TWO), link));
    }
  }

  @Test
  void shouldGiveUpOnlyTheAddressesWhosePeersAreReachedOtherwise() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (NetlinkSocket netlink = NetlinkSocket.open()) {
            Host host = Host.of(netlink);
            Endpoint stays = host.peerOn(host.one);
            Endpoint stays6 =
                Endpoint.ofIpv6(0x2001_0db8_0002_0000L, 2, 51820, 0)
                    .at(LocalAddress.ofIpv6(0x2001_0db8_0002_0000L, 1, host.two));
            Endpoint moves = host.peerOn(host.two);
            Endpoint unknown = Endpoint.ofIpv4(0xc612_0103, 51820);
            List<Endpoint> all = List.of(stays, stays6, moves, unknown);
            try (RouteWatch _ = LocalAddressWatch.start(() -> all, () -> 0)) {
              // The peer's way leads over the other link from now on.
              new Routes(netlink).add(host.one, IpPrefix.parse("198.18.2.2/32"), Routes.MAIN);
              await(moves);
              assertThat(stays.local().givenUp()).isFalse();
              assertThat(stays6.local().givenUp()).isFalse();
            }
          }
        });
  }

  @Test
  void shouldGiveUpTheAddressWhenItIsRemovedOrItsLinkFails() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (NetlinkSocket netlink = NetlinkSocket.open()) {
            Host host = Host.of(netlink);
            Endpoint removed = host.peerOn(host.one);
            Endpoint down = host.peerOn(host.two);
            List<Endpoint> all = List.of(removed, down);
            try (RouteWatch _ = LocalAddressWatch.start(() -> all, () -> 0)) {
              new Addresses(netlink).remove(host.one, ON_ONE);
              await(removed);
              assertThat(down.local().givenUp()).isFalse();
              new Links(netlink).setDown(host.two);
              await(down);
            }
          }
        });
  }

  /** The control thread may be too busy to say where the peers are. */
  @Test
  void shouldAskAgainWhenThePeersAreNotTold() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (NetlinkSocket netlink = NetlinkSocket.open()) {
            Host host = Host.of(netlink);
            Endpoint peer = host.peerOn(host.one);
            int[] asked = {0};
            try (RouteWatch _ =
                LocalAddressWatch.start(
                    () -> {
                      if (asked[0]++ == 0) {
                        throw new TimeoutException();
                      }
                      return List.of(peer);
                    },
                    () -> 0)) {
              new Addresses(netlink).remove(host.one, ON_ONE);
              await(peer);
            }
          }
        });
  }

  private static void await(Endpoint endpoint) throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!endpoint.local().givenUp()) {
      assertThat(deadlineNs - System.nanoTime()).as("time left").isPositive();
      Thread.sleep(5);
    }
  }

  private static int word(IpPrefix address) {
    return ByteBuffer.wrap(address.address().getAddress()).getInt();
  }
}
