package io.taltun.daemon.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.config.IpPrefix;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Syscall;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.tun.TunDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.util.List;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.Test;

/** Links, addresses, routes and rules in the real kernel, in namespaces of their own. */
class KernelTest {
  private static final String NAME = "talt0";

  private interface Body {
    void run(NetlinkSocket netlink, int index) throws Exception;
  }

  /** With a TUN device that is down. */
  private static void withDevice(Body body) throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunDevice _ = TunDevice.open(NAME, 1);
              NetlinkSocket netlink = NetlinkSocket.open()) {
            body.run(netlink, new Links(netlink).index(NAME));
          }
        });
  }

  private static IpPrefix prefix(String text) {
    return IpPrefix.parse(text);
  }

  @Test
  void shouldChangeALinkWhenAsked() throws Exception {
    withDevice(
        (netlink, index) -> {
          Links links = new Links(netlink);
          assertThat(links.exists(NAME)).isTrue();
          assertThat(links.exists("talt9")).isFalse();
          assertThat(links.isUp(index)).isFalse();
          links.setMtu(index, 1420);
          assertThat(links.mtu(index)).isEqualTo(1420);
          links.setUp(index);
          assertThat(links.isUp(index)).isTrue();
          links.setDown(index);
          assertThat(links.isUp(index)).isFalse();
          links.delete(index);
          assertThat(links.exists(NAME)).isFalse();
        });
  }

  @Test
  void shouldPutTheOtherEndElsewhereWhenAVethPairSpansNamespaces() throws Exception {
    NetworkNamespace.run(
        () -> {
          int here = Syscall.open("/proc/thread-self/ns/net", 0x80000, 0);
          try (NetlinkSocket first = NetlinkSocket.open()) {
            assertThat(Syscall.unshare(0x4000_0000)).isZero();
            try (NetlinkSocket second = NetlinkSocket.open()) {
              new Links(second).createVeth("va", "vb", here);
              assertThat(new Links(second).exists("va")).isTrue();
              assertThat(new Links(second).exists("vb")).isFalse();
              assertThat(new Links(first).exists("vb")).isTrue();
              new Links(second).createVeth("vc", "vd", -1);
              assertThat(new Links(second).exists("vd")).isTrue();
            }
          } finally {
            Syscall.close(here);
          }
        });
  }

  @Test
  void shouldListAddressesWhenTheyWereAddedTwice() throws Exception {
    withDevice(
        (netlink, index) -> {
          Addresses addresses = new Addresses(netlink);
          List<IpPrefix> wanted = List.of(prefix("10.99.0.1/24"), prefix("fd99::1/64"));
          new Links(netlink).setNoLinkLocal(index);
          for (IpPrefix address : wanted) {
            addresses.add(index, address);
            addresses.add(index, address);
          }
          new Links(netlink).setUp(index);
          assertThat(addresses.list(index)).isEqualTo(wanted);
          addresses.remove(index, wanted.getFirst());
          assertThat(addresses.list(index)).isEqualTo(wanted.subList(1, 2));
        });
  }

  @Test
  void shouldListAndLookUpRoutesWhenTheyWereAdded() throws Exception {
    withDevice(
        (netlink, index) -> {
          Links links = new Links(netlink);
          Routes routes = new Routes(netlink);
          links.setMtu(index, 1400);
          new Addresses(netlink).add(index, prefix("10.99.0.1/24"));
          links.setUp(index);
          routes.add(index, prefix("10.0.0.0/8"), Routes.MAIN);
          routes.add(index, prefix("10.0.0.0/8"), Routes.MAIN);
          routes.add(index, prefix("fd00::/8"), Routes.MAIN);
          routes.add(index, prefix("0.0.0.0/0"), 3_000_000_000L);

          assertThat(routes.list(3_000_000_000L, 0))
              .containsExactly(
                  new Route(
                      prefix("0.0.0.0/0"), 3_000_000_000L, index, Rtnetlink.RTPROT_STATIC, 0));
          assertThat(routes.list(Routes.MAIN, index))
              .extracting(Route::destination)
              .contains(prefix("10.0.0.0/8"), prefix("10.99.0.0/24"), prefix("fd00::/8"));
          assertThat(routes.lookup(InetAddress.getByName("10.1.2.3"), 0))
              .contains(new RoutePath(index, 1400, InetAddress.getByName("10.99.0.1")));
          assertThat(routes.lookup(InetAddress.getByName("192.0.2.1"), 0)).isEmpty();
          assertThat(routes.lookup(InetAddress.getByName("2001:db8::1"), 0)).isEmpty();

          routes.remove(index, prefix("10.0.0.0/8"), Routes.MAIN);
          routes.remove(index, prefix("fd00::/8"), Routes.MAIN);
          routes.remove(index, prefix("0.0.0.0/0"), 3_000_000_000L);
          assertThat(routes.list(0, index))
              .noneMatch(route -> route.protocol() == Rtnetlink.RTPROT_STATIC);
        });
  }

  @Test
  void shouldReadWholeDumpsWhenTheyOutgrowOneDatagram() throws Exception {
    withDevice(
        (netlink, index) -> {
          new Links(netlink).setUp(index);
          Routes routes = new Routes(netlink);
          for (int i = 0; i < 2000; i++) {
            routes.add(index, prefix("10." + i / 256 + "." + i % 256 + ".0/24"), 77);
          }
          assertThat(routes.list(77, index)).hasSize(2000);
        });
  }

  @Test
  void shouldListRulesWhenTheyWereAdded() throws Exception {
    withDevice(
        (netlink, index) -> {
          Rules rules = new Rules(netlink);
          for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
            List<Rule> before = rules.list(family);
            Rule unlessMarked = Rule.unlessMarked(family, 100, 51_820, 51_820);
            Rule main = Rule.mainWithoutDefault(family, 99);
            rules.add(unlessMarked);
            rules.add(main);
            assertThat(rules.list(family)).containsAll(before).contains(unlessMarked, main);
            rules.remove(main);
            rules.remove(unlessMarked);
            assertThat(rules.list(family)).isEqualTo(before);
          }
        });
  }

  @Test
  void shouldSayWhatWasAttemptedWhenTheKernelRefuses() throws Exception {
    withDevice(
        (netlink, index) -> {
          Links links = new Links(netlink);
          Routes routes = new Routes(netlink);
          assertThatThrownBy(() -> links.index("talt9"))
              .isInstanceOf(SystemCallException.class)
              .hasMessage("cannot find the interface talt9: no such device");
          assertThatThrownBy(() -> routes.add(index, prefix("10.0.0.0/8"), Routes.MAIN))
              .hasMessageStartingWith("cannot add route 10.0.0.0/8 to talt0: network is down");
          assertThatThrownBy(() -> routes.add(999, prefix("10.0.0.0/8"), Routes.MAIN))
              .hasMessageStartingWith(
                  "cannot add route 10.0.0.0/8 to interface 999: no such device");
          links.setUp(index);
          // The kernel's own words come along.
          assertThatThrownBy(() -> routes.add(index, prefix("10.0.0.1/8"), Routes.MAIN))
              .hasMessage(
                  "cannot add route 10.0.0.1/8 to talt0: invalid argument"
                      + " (Invalid prefix for given prefix length)");
          assertThatThrownBy(() -> links.setMtu(index, 10))
              .hasMessageStartingWith("cannot set the MTU of talt0 to 10: invalid argument");
        });
  }

  @Test
  void shouldNotTakeARouteOverWhenItGoesElsewhere() throws Exception {
    withDevice(
        (netlink, index) -> {
          try (TunDevice _ = TunDevice.open("talt1", 1)) {
            int other = new Links(netlink).index("talt1");
            new Links(netlink).setUp(index);
            new Links(netlink).setUp(other);
            Routes routes = new Routes(netlink);
            routes.add(other, prefix("10.0.0.0/8"), Routes.MAIN);
            assertThatThrownBy(() -> routes.add(index, prefix("10.0.0.0/8"), Routes.MAIN))
                .hasMessageStartingWith("cannot add route 10.0.0.0/8 to talt0: exists already");
            assertThat(routes.list(Routes.MAIN, index)).noneMatch(it -> it.destination().isIpv4());
          }
        });
  }

  /** Capabilities are a thread's own; glibc's capset changes those of the calling thread. */
  public interface Capabilities {
    int capset(long header, long data);
  }

  @Test
  void shouldSayWhoMayWhenTheRightIsMissing() throws Exception {
    withDevice(
        (netlink, index) -> {
          try (Arena arena = Arena.ofConfined()) {
            // _LINUX_CAPABILITY_VERSION_3, this thread, and nothing in any of the three sets.
            long header = arena.allocateFrom(ValueLayout.JAVA_INT, 0x2008_0522, 0).address();
            long none = arena.allocate(24, 4).address();
            assertThat(LibraryLoader.create(Capabilities.class).load("c").capset(header, none))
                .isZero();
          }
          assertThatThrownBy(() -> new Links(netlink).setUp(index))
              .hasMessageStartingWith(
                  "cannot bring talt0 up; run as root or with CAP_NET_ADMIN: operation not"
                      + " permitted")
              .extracting(e -> ((SystemCallException) e).errno())
              .isEqualTo(Errno.EPERM);
        });
  }
}
