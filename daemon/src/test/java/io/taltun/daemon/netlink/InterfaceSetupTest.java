package io.taltun.daemon.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.config.IpPrefix;
import io.taltun.config.RouteTable;
import io.taltun.dataplane.tun.TunDevice;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InterfaceSetupTest {
  private static final String NAME = "talt0";

  /** What one test works with, in a namespace of its own. */
  private static final class Scene {
    final NetlinkSocket netlink;
    final List<String> warnings = new ArrayList<>();
    final InterfaceSetup setup;
    final Routes routes;
    final Rules rules;

    Scene(NetlinkSocket netlink) {
      this.netlink = netlink;
      this.setup = new InterfaceSetup(netlink, warnings::add);
      this.routes = new Routes(netlink);
      this.rules = new Rules(netlink);
    }

    int index() throws Exception {
      return new Links(netlink).index(NAME);
    }

    List<String> dump() throws Exception {
      return NetworkNamespace.dump(netlink, index());
    }

    NetworkState apply(NetworkPlan plan) throws Exception {
      return setup.apply(plan, setup.chooseFwmark(plan));
    }

    List<String> staticRoutes() throws Exception {
      return routes.list(0, index()).stream()
          .filter(it -> it.protocol() == Rtnetlink.RTPROT_STATIC)
          .map(it -> it.destination() + " " + it.table())
          .toList();
    }

    List<String> ownRules(int family) throws Exception {
      return rules.list(family).stream()
          .filter(it -> it.protocol() == Rule.TALTUN)
          .map(Rule::toString)
          .toList();
    }
  }

  private interface Body {
    void run(Scene scene) throws Exception;
  }

  private static void withDevice(Body body) throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TunDevice _ = TunDevice.open(NAME, 1);
              NetlinkSocket netlink = NetlinkSocket.open()) {
            body.run(new Scene(netlink));
          }
        });
  }

  private static NetworkPlan plan(
      List<String> addresses, List<String> routes, RouteTable table, int fwmark) {
    return new NetworkPlan(NAME, 1420, prefixes(addresses), prefixes(routes), table, fwmark);
  }

  private static List<IpPrefix> prefixes(List<String> texts) {
    return texts.stream().map(IpPrefix::parse).toList();
  }

  /** As after a takeover: who takes it back is not who set it. */
  @Test
  void shouldChangeAndTakeBackWhatAnotherProcessSet() throws Exception {
    withDevice(
        scene -> {
          List<String> before = scene.dump();
          NetworkPlan plan =
              plan(
                  List.of("10.99.0.1/24", "fd99::1/64"),
                  List.of("192.168.50.0/24", "0.0.0.0/0"),
                  RouteTable.MAIN,
                  0);
          int fwmark = scene.setup.chooseFwmark(plan);
          NetworkState first = scene.setup.apply(plan, fwmark);
          List<String> set = scene.dump();
          List<String> rules = scene.ownRules(Rtnetlink.AF_INET);
          assertThat(rules).hasSize(2);

          NetworkState next = scene.setup.adopt(NAME, first.traces());
          next.change(plan, fwmark);
          assertThat(scene.dump()).isEqualTo(set);
          assertThat(scene.ownRules(Rtnetlink.AF_INET)).isEqualTo(rules);
          assertThat(next.traces()).containsExactlyInAnyOrderElementsOf(first.traces());

          next.undo();
          assertThat(scene.dump()).isEqualTo(before);
          assertThat(scene.ownRules(Rtnetlink.AF_INET)).isEmpty();
        });
  }

  @Test
  void shouldSetEverythingAndTakeItBackWhenUndone() throws Exception {
    withDevice(
        scene -> {
          List<String> before = scene.dump();
          NetworkState state =
              scene.apply(
                  plan(
                      List.of("10.99.0.1/24", "fd99::1/64"),
                      List.of("10.99.0.2/32", "192.168.50.0/24", "fd99::2/128", "fd50::/48"),
                      RouteTable.MAIN,
                      0));

          Links links = new Links(scene.netlink);
          assertThat(links.mtu(scene.index())).isEqualTo(1420);
          assertThat(links.isUp(scene.index())).isTrue();
          assertThat(new Addresses(scene.netlink).list(scene.index()))
              .isEqualTo(prefixes(List.of("10.99.0.1/24", "fd99::1/64")));
          // The peers' own addresses are behind the connected routes already.
          assertThat(scene.staticRoutes()).containsExactly("192.168.50.0/24 254", "fd50::/48 254");
          assertThat(scene.ownRules(Rtnetlink.AF_INET)).isEmpty();

          state.undo();
          assertThat(scene.dump()).isEqualTo(before);
          state.undo();
          assertThat(scene.dump()).isEqualTo(before);
          assertThat(scene.warnings).isEmpty();
        });
  }

  @Test
  void shouldRouteAllButItsOwnDatagramsWhenAllowedIpsHaveADefaultRoute() throws Exception {
    withDevice(
        scene -> {
          List<String> before = scene.dump();
          NetworkPlan plan =
              plan(
                  List.of("10.99.0.1/24", "fd99::1/64"),
                  List.of("0.0.0.0/0", "::/0"),
                  RouteTable.MAIN,
                  0);
          int fwmark = scene.setup.chooseFwmark(plan);
          assertThat(fwmark).isEqualTo(51_820);
          NetworkState state = scene.setup.apply(plan, fwmark);

          assertThat(scene.staticRoutes()).containsExactly("0.0.0.0/0 51820", "::/0 51820");
          for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
            assertThat(scene.ownRules(family))
                .containsExactly(
                    "table main suppress_prefixlength 0", "not fwmark 0xca6c table 51820");
          }
          for (String outside : List.of("192.0.2.1", "2001:db8::1")) {
            InetAddress address = InetAddress.getByName(outside);
            assertThat(scene.routes.lookup(address, 0).orElseThrow().interfaceIndex())
                .isEqualTo(scene.index());
            assertThat(scene.routes.lookup(address, fwmark)).isEmpty();
          }
          assertThat(Files.readString(Path.of("/proc/sys/net/ipv4/conf/all/src_valid_mark")))
              .startsWith("1");
          assertThat(scene.setup.cleanUpStale()).isZero();

          // A second gateway takes the next number.
          assertThat(scene.setup.chooseFwmark(plan)).isEqualTo(51_821);

          state.undo();
          assertThat(scene.dump()).isEqualTo(before);
          assertThat(scene.warnings).isEmpty();
        });
  }

  @Test
  void shouldLetTheMainTableWinWhenItKnowsMoreThanADefaultRoute() throws Exception {
    withDevice(
        scene -> {
          try (TunDevice _ = TunDevice.open("talt1", 1)) {
            int other = new Links(scene.netlink).index("talt1");
            new Addresses(scene.netlink).add(other, IpPrefix.parse("192.168.1.5/24"));
            new Links(scene.netlink).setUp(other);
            scene.routes.add(other, IpPrefix.parse("0.0.0.0/0"), Routes.MAIN);
            scene.apply(plan(List.of("10.99.0.1/24"), List.of("0.0.0.0/0"), RouteTable.MAIN, 0));

            assertThat(interfaceTo(scene, "192.168.1.9", 0)).isEqualTo(other);
            assertThat(interfaceTo(scene, "192.0.2.1", 0)).isEqualTo(scene.index());
            assertThat(interfaceTo(scene, "192.0.2.1", 51_820)).isEqualTo(other);
          }
        });
  }

  private static int interfaceTo(Scene scene, String address, int mark) throws Exception {
    return scene.routes.lookup(InetAddress.getByName(address), mark).orElseThrow().interfaceIndex();
  }

  @Test
  void shouldKeepTheConfiguredNumberWhenAFwmarkIsGiven() throws Exception {
    withDevice(
        scene -> {
          NetworkPlan plan =
              plan(List.of("10.99.0.1/24"), List.of("0.0.0.0/0"), RouteTable.MAIN, 9);
          NetworkState state = scene.apply(plan);
          assertThat(scene.staticRoutes()).containsExactly("0.0.0.0/0 9");
          state.undo();

          // Table 254 is the main one: a default route there would catch the tunnel's own packets.
          scene.apply(plan(List.of("10.99.0.1/24"), List.of("0.0.0.0/0"), RouteTable.MAIN, 254));
          assertThat(scene.staticRoutes()).containsExactly("0.0.0.0/0 51820");
          assertThat(scene.ownRules(Rtnetlink.AF_INET)).contains("not fwmark 0xfe table 51820");
        });
  }

  @Test
  void shouldUseOneTableOrNoneWhenRouteTableSaysSo() throws Exception {
    withDevice(
        scene -> {
          List<String> before = scene.dump();
          List<String> routes = List.of("0.0.0.0/0", "10.99.0.2/32");
          NetworkPlan numbered = plan(List.of("10.99.0.1/24"), routes, new RouteTable(100_000), 0);
          assertThat(scene.setup.chooseFwmark(numbered)).isZero();
          NetworkState state = scene.apply(numbered);
          assertThat(scene.staticRoutes())
              .containsExactlyInAnyOrder("0.0.0.0/0 100000", "10.99.0.2/32 100000");
          assertThat(scene.ownRules(Rtnetlink.AF_INET)).isEmpty();
          state.change(plan(List.of("10.99.0.1/24"), routes, RouteTable.OFF, 0), 0);
          assertThat(scene.staticRoutes()).isEmpty();
          state.undo();
          assertThat(scene.dump()).isEqualTo(before);
        });
  }

  @Test
  void shouldEndLikeAFreshStartWhenThePlanChanges() throws Exception {
    withDevice(
        scene -> {
          List<String> before = scene.dump();
          NetworkPlan first =
              plan(
                  List.of("10.99.0.1/24", "10.99.0.2/24", "fd99::1/64"),
                  List.of("0.0.0.0/0", "172.16.0.0/12", "10.98.0.0/16"),
                  RouteTable.MAIN,
                  0);
          // The address that goes was the first of its subnet, and held the connected route.
          NetworkPlan second =
              new NetworkPlan(
                  NAME,
                  1380,
                  prefixes(List.of("10.99.0.2/24", "10.98.0.1/16")),
                  prefixes(List.of("::/0", "172.16.0.0/12", "10.98.0.0/16", "10.97.0.0/16")),
                  RouteTable.MAIN,
                  0);
          NetworkState fresh = scene.apply(second);
          List<String> wanted = scene.dump();
          fresh.undo();

          NetworkState state = scene.apply(first);
          state.change(second, 51_820);
          assertThat(scene.dump()).containsExactlyInAnyOrderElementsOf(wanted);
          assertThat(new Links(scene.netlink).mtu(scene.index())).isEqualTo(1380);
          state.undo();
          assertThat(scene.dump()).isEqualTo(before);
          assertThat(scene.warnings).isEmpty();
        });
  }

  /** What must not happen on the way from one plan to another: a moment without either. */
  @Test
  void shouldAddBeforeItRemovesWhenThePlanChanges() throws Exception {
    withDevice(
        scene -> {
          NetworkState state =
              scene.apply(
                  plan(
                      List.of("10.99.0.1/24", "10.99.0.5/24"),
                      List.of("10.99.0.7/32", "172.16.0.0/12"),
                      RouteTable.MAIN,
                      0));
          NetworkPlan next =
              plan(
                  List.of("10.98.0.1/24", "10.99.0.5/24"),
                  List.of("10.99.0.7/32", "192.168.0.0/16"),
                  RouteTable.MAIN,
                  0);
          state.extend(next, 0);
          assertThat(new Addresses(scene.netlink).list(scene.index()))
              .containsExactlyInAnyOrderElementsOf(
                  prefixes(List.of("10.99.0.1/24", "10.99.0.5/24", "10.98.0.1/24")));
          assertThat(scene.staticRoutes())
              .containsExactlyInAnyOrder("172.16.0.0/12 254", "192.168.0.0/16 254");
          state.trim(next);
          assertThat(new Addresses(scene.netlink).list(scene.index()))
              .containsExactlyInAnyOrderElementsOf(
                  prefixes(List.of("10.99.0.5/24", "10.98.0.1/24")));
          assertThat(scene.staticRoutes()).containsExactly("192.168.0.0/16 254");
        });
  }

  @Test
  void shouldRouteByItselfWhatAnAddressThatGoesHasCovered() throws Exception {
    withDevice(
        scene -> {
          NetworkState state =
              scene.apply(
                  plan(List.of("10.99.0.1/24"), List.of("10.99.0.7/32"), RouteTable.MAIN, 0));
          assertThat(scene.staticRoutes()).isEmpty();
          NetworkPlan next =
              plan(List.of("10.98.0.1/24"), List.of("10.99.0.7/32"), RouteTable.MAIN, 0);
          state.extend(next, 0);
          assertThat(scene.staticRoutes()).as("before it goes").containsExactly("10.99.0.7/32 254");
          state.trim(next);
          assertThat(scene.staticRoutes()).containsExactly("10.99.0.7/32 254");
        });
  }

  @Test
  void shouldLeaveTheLinkDownAndTakeNoteWhenSomebodySetItDown() throws Exception {
    withDevice(
        scene -> {
          NetworkState state =
              scene.apply(
                  plan(List.of("10.99.0.1/24"), List.of("172.16.0.0/12"), RouteTable.MAIN, 0));
          new Links(scene.netlink).setDown(scene.index());
          NetworkPlan next =
              plan(List.of("10.98.0.1/24"), List.of("192.168.0.0/16"), RouteTable.MAIN, 0);
          state.change(next, 0);
          assertThat(new Links(scene.netlink).isUp(scene.index())).isFalse();
          new Links(scene.netlink).setUp(scene.index());
          state.restore(next, 0);
          assertThat(new Addresses(scene.netlink).list(scene.index()))
              .containsExactlyElementsOf(prefixes(List.of("10.98.0.1/24")));
          assertThat(scene.staticRoutes()).containsExactly("192.168.0.0/16 254");
          assertThat(scene.warnings).isEmpty();
        });
  }

  @Test
  void shouldEndLikeAFreshStartWhateverThePlansAre() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    withDevice(
        scene -> {
          NetworkState state = null;
          for (int round = 0; round < 40; round++) {
            NetworkPlan plan = randomPlan(random);
            int fwmark = plan.needsPolicyRouting() ? 51_820 : 0;
            List<String> changed;
            if (state == null) {
              state = scene.setup.apply(plan, fwmark);
            } else {
              state.change(plan, fwmark);
            }
            changed = scene.dump();
            state.undo();
            state = scene.setup.apply(plan, fwmark);
            assertThat(changed)
                .as("seed %d round %d: %s", seed, round, plan)
                .containsExactlyInAnyOrderElementsOf(scene.dump());
          }
          assertThat(scene.warnings).isEmpty();
        });
  }

  private static NetworkPlan randomPlan(SplittableRandom random) {
    return new NetworkPlan(
        NAME,
        random.nextBoolean() ? 1420 : 1380,
        some(random, "10.99.0.1/24", "10.99.0.2/24", "10.98.0.1/16", "fd99::1/64", "fd99::2/64"),
        some(
            random,
            "0.0.0.0/0",
            "::/0",
            "10.99.0.0/24",
            "10.99.0.7/32",
            "10.99.0.0/28",
            "10.98.7.0/24",
            "fd99::7/128",
            "fd50::/48"),
        random.nextInt(4) == 0
            ? random.nextBoolean() ? RouteTable.OFF : new RouteTable(77)
            : RouteTable.MAIN,
        0);
  }

  private static List<IpPrefix> some(SplittableRandom random, String... all) {
    return Stream.of(all).filter(it -> random.nextBoolean()).map(IpPrefix::parse).toList();
  }

  @Test
  void shouldLeaveNothingWhenAStepFails() throws Exception {
    withDevice(
        scene -> {
          try (TunDevice _ = TunDevice.open("talt1", 1)) {
            int other = new Links(scene.netlink).index("talt1");
            new Links(scene.netlink).setUp(other);
            scene.routes.add(other, IpPrefix.parse("10.0.0.0/8"), Routes.MAIN);
            List<String> before = scene.dump();
            assertThatThrownBy(
                    () ->
                        scene.apply(
                            plan(
                                List.of("10.99.0.1/24"),
                                List.of("172.16.0.0/12", "10.0.0.0/8"),
                                RouteTable.MAIN,
                                0)))
                .hasMessageStartingWith("cannot add route 10.0.0.0/8 to talt0: exists already");
            assertThat(scene.dump()).isEqualTo(before);
          }
        });
  }

  @Test
  void shouldRemoveTheRulesWhenTheDeviceWentFirst() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (NetlinkSocket netlink = NetlinkSocket.open()) {
            Scene scene = new Scene(netlink);
            List<String> before = NetworkNamespace.dump(netlink, 0);
            NetworkState state;
            try (TunDevice _ = TunDevice.open(NAME, 1)) {
              state =
                  scene.apply(
                      plan(List.of("10.99.0.1/24"), List.of("0.0.0.0/0"), RouteTable.MAIN, 0));
            }
            state.undo();
            assertThat(NetworkNamespace.dump(netlink, 0)).isEqualTo(before);
            assertThat(scene.warnings).isEmpty();
          }
        });
  }

  @Test
  void shouldCleanUpWhatIsStaleWhenAGatewayWasKilled() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (NetlinkSocket netlink = NetlinkSocket.open()) {
            Scene scene = new Scene(netlink);
            Rule foreign = new Rule(Rtnetlink.AF_INET, 50, 700, 700, -1, 3);
            scene.rules.add(foreign);
            List<String> before = NetworkNamespace.dump(netlink, 0);
            NetworkPlan plan =
                plan(
                    List.of("10.99.0.1/24", "fd99::1/64"),
                    List.of("0.0.0.0/0", "::/0"),
                    RouteTable.MAIN,
                    0);
            // The end of a process closes the device, as here, and nothing else.
            try (TunDevice _ = TunDevice.open(NAME, 1)) {
              scene.apply(plan);
            }
            assertThat(scene.ownRules(Rtnetlink.AF_INET)).hasSize(2);

            try (TunDevice _ = TunDevice.open(NAME, 1)) {
              // A living gateway beside the dead one keeps its rules.
              NetworkState living = scene.apply(plan);
              assertThat(scene.setup.cleanUpStale()).isEqualTo(4);
              assertThat(scene.ownRules(Rtnetlink.AF_INET))
                  .containsExactly(
                      "table main suppress_prefixlength 0", "not fwmark 0xca6d table 51821");
              assertThat(scene.setup.cleanUpStale()).isZero();
              living.undo();
            }
            assertThat(NetworkNamespace.dump(netlink, 0)).isEqualTo(before);
          }
        });
  }

  /** Trap 30. */
  @Test
  void shouldGoOnWithIpv4WhenIpv6IsDisabled() throws Exception {
    NetworkNamespace.run(
        () -> {
          for (String scope : List.of("all", "default")) {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + scope + "/disable_ipv6"), "1");
          }
          try (TunDevice _ = TunDevice.open(NAME, 1);
              NetlinkSocket netlink = NetlinkSocket.open()) {
            Scene scene = new Scene(netlink);
            List<String> before = scene.dump();
            NetworkState state =
                scene.apply(
                    plan(
                        List.of("10.99.0.1/24", "fd99::1/64", "fd98::1/64"),
                        List.of("0.0.0.0/0", "::/0", "fd50::/48"),
                        RouteTable.MAIN,
                        0));
            assertThat(scene.warnings).hasSize(1);
            assertThat(scene.warnings.getFirst())
                .startsWith("IPv6 is left out on talt0; enable it with 'sysctl")
                .contains("fd99::1/64");
            assertThat(scene.staticRoutes()).containsExactly("0.0.0.0/0 51820");
            assertThat(scene.ownRules(Rtnetlink.AF_INET)).hasSize(2);
            assertThat(scene.ownRules(Rtnetlink.AF_INET6)).isEmpty();
            state.undo();
            assertThat(scene.dump()).isEqualTo(before);
            assertThat(scene.warnings).hasSize(1);
          }
        });
  }

  /** Trap 30. */
  @Test
  void shouldGoOnWithIpv4WhenTheMtuIsTooSmallForIpv6() throws Exception {
    withDevice(
        scene -> {
          NetworkState state =
              scene.apply(
                  new NetworkPlan(
                      NAME,
                      1200,
                      prefixes(List.of("10.99.0.1/24", "fd99::1/64")),
                      prefixes(List.of("172.16.0.0/12", "::/0")),
                      RouteTable.MAIN,
                      0));
          assertThat(scene.warnings).hasSize(1);
          assertThat(scene.warnings.getFirst())
              .startsWith("IPv6 is left out on talt0, whose MTU is below 1280");
          assertThat(scene.staticRoutes()).containsExactly("172.16.0.0/12 254");
          state.undo();
        });
  }

  @Test
  void shouldOrderRoutesWhenAPlanIsMade() {
    NetworkPlan plan =
        plan(
            List.of("10.99.0.1/24", "10.99.0.1/24"),
            List.of("0.0.0.0/0", "10.0.0.1/8", "10.0.0.0/8", "10.1.0.0/16"),
            RouteTable.MAIN,
            0);
    assertThat(plan.addresses()).hasSize(1);
    assertThat(plan.routes())
        .isEqualTo(
            Stream.of("10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0").map(IpPrefix::parse).toList());
  }

  private static NetworkPlan fullTunnel() {
    return plan(List.of("10.99.0.1/24"), List.of("0.0.0.0/0"), RouteTable.MAIN, 0);
  }

  @Test
  void shouldKeepTheRulesOfAGatewayWhoseLinkIsDown() throws Exception {
    withDevice(
        scene -> {
          NetworkPlan plan = fullTunnel();
          int fwmark = scene.setup.chooseFwmark(plan);
          NetworkState state = scene.setup.apply(plan, fwmark);
          List<String> rules = scene.ownRules(Rtnetlink.AF_INET);
          Links links = new Links(scene.netlink);
          links.setDown(scene.index());

          assertThat(scene.setup.cleanUpStale()).isZero();
          assertThat(scene.setup.chooseFwmark(plan)).isEqualTo(fwmark + 1);

          links.setUp(scene.index());
          state.restore(plan, fwmark);
          assertThat(scene.ownRules(Rtnetlink.AF_INET)).isEqualTo(rules).hasSize(2);
          state.undo();
        });
  }

  @Test
  void shouldAddBothRulesAgainWhenSomebodyTookOne() throws Exception {
    withDevice(
        scene -> {
          NetworkPlan plan = fullTunnel();
          int fwmark = scene.setup.chooseFwmark(plan);
          NetworkState state = scene.setup.apply(plan, fwmark);
          List<String> rules = scene.ownRules(Rtnetlink.AF_INET);
          for (int taken = 0; taken < rules.size(); taken++) {
            List<Rule> ours =
                scene.rules.list(Rtnetlink.AF_INET).stream()
                    .filter(it -> it.protocol() == Rule.TALTUN)
                    .toList();
            scene.rules.remove(ours.get(taken));
            state.restore(plan, fwmark);
            assertThat(scene.ownRules(Rtnetlink.AF_INET)).isEqualTo(rules);
          }
          state.undo();
          assertThat(scene.ownRules(Rtnetlink.AF_INET)).isEmpty();
        });
  }
}
