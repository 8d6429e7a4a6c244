package io.taltun.daemon.mtu;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.IpPrefix;
import io.taltun.daemon.netlink.Addresses;
import io.taltun.daemon.netlink.Links;
import io.taltun.daemon.netlink.NetlinkSocket;
import io.taltun.daemon.netlink.NetworkNamespace;
import io.taltun.daemon.netlink.RouteWatch;
import io.taltun.daemon.netlink.Routes;
import io.taltun.dataplane.udp.Endpoint;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PathMtuTest {
  private static final InetAddress ON_WIDE = InetAddress.ofLiteral("198.18.1.2");
  private static final InetAddress ON_NARROW = InetAddress.ofLiteral("198.18.2.2");
  private static final InetAddress NOWHERE = InetAddress.ofLiteral("203.0.113.1");
  private static final int NO_DEVICE = 0;

  /** Links with 1500 and 1400 bytes. */
  private static void links(NetlinkSocket netlink) throws Exception {
    Links links = new Links(netlink);
    links.createVeth("wide", "wide-end", -1);
    links.createVeth("narrow", "narrow-end", -1);
    for (String name : new String[] {"wide", "wide-end", "narrow", "narrow-end"}) {
      links.setUp(links.index(name));
    }
    links.setMtu(links.index("narrow"), 1400);
    Addresses addresses = new Addresses(netlink);
    addresses.add(links.index("wide"), IpPrefix.parse("198.18.1.1/24"));
    addresses.add(links.index("narrow"), IpPrefix.parse("198.18.2.1/24"));
  }

  private interface Body {
    void run(NetlinkSocket netlink) throws Exception;
  }

  private static void between(Body body) throws Exception {
    NetworkNamespace.run(
        () -> {
          try (NetlinkSocket netlink = NetlinkSocket.open()) {
            links(netlink);
            body.run(netlink);
          }
        });
  }

  private static int of(NetlinkSocket netlink, InetAddress... addresses) throws Exception {
    return PathMtu.ofDevice(new PathMtu(netlink).narrowest(List.of(addresses), 0, NO_DEVICE));
  }

  @Test
  void shouldTakeTheNarrowestWayToAPeer() throws Exception {
    between(
        netlink -> {
          assertThat(of(netlink, ON_WIDE)).isEqualTo(1420);
          assertThat(of(netlink, ON_WIDE, ON_NARROW)).isEqualTo(1320);
          assertThat(of(netlink, ON_WIDE, NOWHERE)).isEqualTo(1420);
        });
  }

  @Test
  void shouldTakeTheDefaultRouteWhenThereIsNoWayToAPeer() throws Exception {
    between(
        netlink -> {
          assertThat(of(netlink)).as("no default route").isEqualTo(1420);
          int narrow = new Links(netlink).index("narrow");
          new Routes(netlink).add(narrow, IpPrefix.parse("0.0.0.0/0"), Routes.MAIN);
          assertThat(of(netlink)).isEqualTo(1320);
          assertThat(of(netlink, NOWHERE)).isEqualTo(1320);
          assertThat(of(netlink, ON_WIDE)).isEqualTo(1420);
        });
  }

  /** The tunnel's own MTU would fall for ever. */
  @Test
  void shouldNotTakeTheTunnelForTheWay() throws Exception {
    between(
        netlink -> {
          int narrow = new Links(netlink).index("narrow");
          assertThat(new PathMtu(netlink).to(ON_NARROW, 0, narrow)).isEmpty();
        });
  }

  @Test
  void shouldStayWithinWhatADeviceTakes() {
    assertThat(PathMtu.ofDevice(Optional.empty())).isEqualTo(1420);
    assertThat(PathMtu.ofDevice(Optional.of(new PathMtu.Path(ON_WIDE, 600, 1500)))).isEqualTo(1280);
    assertThat(PathMtu.ofDevice(Optional.of(new PathMtu.Path(ON_WIDE, 65_536, 65_536))))
        .isEqualTo(65_456);
  }

  @Test
  void shouldLetTheDeviceFollowWhenALinkChanges() throws Exception {
    between(
        netlink -> {
          Links links = new Links(netlink);
          links.createVeth("tunnel", "tunnel-end", -1);
          int tunnel = links.index("tunnel");
          links.setMtu(tunnel, 1420);
          Endpoint peer = Endpoint.ofIpv4(0xc612_0102, 51820);
          try (RouteWatch _ =
              PathMtuWatch.start(
                  () -> true, () -> "tunnel", () -> List.of(new PathUse(peer, 0)), () -> 0)) {
            links.setMtu(links.index("wide"), 1380);
            await(links, tunnel, 1300);
            links.setMtu(links.index("wide"), 1500);
            await(links, tunnel, 1420);
          }
        });
  }

  private static void await(Links links, int index, int mtu) throws Exception {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (links.mtu(index) != mtu) {
      assertThat(deadlineNs - System.nanoTime()).as("time left").isPositive();
      Thread.sleep(20);
    }
  }
}
