package io.taltun.daemon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.ConfigReader;
import io.taltun.config.ConfigResult;
import io.taltun.config.Diff;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.netlink.NetworkNamespace;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** A real gateway in a network namespace of its own. */
class ReconfigurerTest {
  private static final String IFACE =
      """
      interface:
        name: talr0
        private-key: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
        address: [10.99.0.1/24]
        listen-port: 40001
        workers: 1
      """;

  private static final String OFFICE =
      """
        - name: office
          public-key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
          endpoint: 192.0.2.1:51820
          allowed-ips: [10.99.0.2/32, 192.168.50.0/24]
      """;

  private static final String PHONE =
      """
        - name: phone
          public-key: TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=
          preshared-key: FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=
          allowed-ips: [10.99.0.3/32, 172.16.0.0/12]
      """;

  private static TaltunConfig read(String... parts) {
    return switch (ConfigReader.parse(String.join("", parts), Path.of("peers.yaml"))) {
      case ConfigResult.Valid valid -> valid.config();
      case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.errors());
    };
  }

  private interface Body {
    void run(Gateway gateway) throws Exception;
  }

  private static void with(String[] file, Body body) throws Exception {
    NetworkNamespace.run(
        () -> {
          try (Gateway gateway = new GatewayStarter().start(read(file))) {
            body.run(gateway);
          }
        });
  }

  private static String[] file(String... parts) {
    return parts;
  }

  private static Diff change(Gateway gateway, String... parts) {
    return gateway.reconfigure(_ -> read(parts), false).join();
  }

  private static ReconfigureException refused(CompletableFuture<Diff> change) {
    try {
      throw new AssertionError("taken: " + change.join().lines());
    } catch (CompletionException e) {
      return (ReconfigureException) e.getCause();
    }
  }

  /** Everything that a change may touch, but for what time does. */
  private static List<String> state(Gateway gateway) {
    GatewayStatus status = gateway.status();
    List<String> state = new ArrayList<>();
    state.add(status.publicKey() + " " + status.listenPort() + " " + status.fwmark());
    state.add(status.mtu() + " " + status.addresses());
    status
        .peers()
        .forEach(
            it ->
                state.add(
                    String.join(
                        " ",
                        it.name(),
                        it.publicKey(),
                        "" + it.presharedKey(),
                        "" + it.endpoint(),
                        "" + it.allowedIps(),
                        "" + it.persistentKeepaliveSeconds())));
    gateway.routes().forEach(route -> state.add(route.toString()));
    return state;
  }

  @Test
  void shouldBecomeWhatAnotherFileSaysAndGoBack() throws Exception {
    with(
        file(IFACE, "peers:\n", OFFICE),
        gateway -> {
          List<String> before = state(gateway);
          Diff diff =
              change(
                  gateway,
                  IFACE.replace("10.99.0.1/24", "10.99.0.1/24, 10.98.0.1/24")
                      + "  routes: [198.18.0.0/15]\n",
                  "peers:\n",
                  PHONE,
                  OFFICE.replace("192.168.50.0/24", "192.168.51.0/24"));
          assertThat(diff.lines())
              .containsExactly(
                  "~ interface: address +10.98.0.1/24, routes +198.18.0.0/15",
                  "~ peer office: allowed-ips +192.168.51.0/24 -192.168.50.0/24",
                  "+ peer phone: allowed-ips 10.99.0.3/32 172.16.0.0/12,"
                      + " persistent-keepalive off, preshared-key");
          assertThat(gateway.routes())
              .extracting(KernelRoute::destination)
              .containsExactlyInAnyOrder("198.18.0.0/15", "192.168.51.0/24", "172.16.0.0/12");
          assertThat(gateway.status().peers())
              .extracting(PeerStatus::name)
              .containsExactly("phone", "office");
          assertThat(gateway.status().addresses()).containsExactly("10.99.0.1/24", "10.98.0.1/24");

          assertThat(change(gateway, IFACE, "peers:\n", OFFICE).lines()).hasSize(3);
          assertThat(state(gateway)).isEqualTo(before);
          assertThat(change(gateway, IFACE, "peers:\n", OFFICE).isEmpty()).isTrue();
        });
  }

  @Test
  void shouldChangeNothingWhenItIsOnlyAsked() throws Exception {
    with(
        file(IFACE, "peers:\n", OFFICE),
        gateway -> {
          List<String> before = state(gateway);
          Diff diff = gateway.reconfigure(_ -> read(IFACE, "peers:\n", OFFICE, PHONE), true).join();
          assertThat(diff.added()).hasSize(1);
          assertThat(state(gateway)).isEqualTo(before);
        });
  }

  @Test
  void shouldStayAsItIsWhenThePortIsTaken() throws Exception {
    with(
        file(IFACE, "peers:\n", OFFICE),
        gateway -> {
          List<String> before = state(gateway);
          try (UdpSocketPair taken = UdpSocketPair.open(1, 0, 0).getFirst()) {
            String other = IFACE.replace("40001", "" + taken.localPort());
            ReconfigureException why =
                refused(
                    gateway.reconfigure(
                        _ -> read(other, "  mtu: 1300\n", "peers:\n", PHONE), false));
            assertThat(why.isInvalid()).isFalse();
            assertThat(why).hasMessageContaining("" + taken.localPort());
          }
          assertThat(state(gateway)).isEqualTo(before);
          assertThat(change(gateway, IFACE, "peers:\n", OFFICE, PHONE).added()).hasSize(1);
        });
  }

  @Test
  void shouldStayAsItIsWhenARouteLeadsElsewhere() throws Exception {
    with(
        file(IFACE, "peers:\n", OFFICE),
        gateway -> {
          try (Gateway other =
              new GatewayStarter()
                  .start(
                      read(
                          IFACE
                              .replace("talr0", "talr1")
                              .replace("40001", "0")
                              .replace("10.99.0.1/24", "10.97.0.1/24"),
                          "  routes: [172.16.0.0/12]\n"))) {
            List<String> before = state(gateway);
            ReconfigureException why =
                refused(
                    gateway.reconfigure(
                        _ ->
                            read(
                                IFACE.replace("10.99.0.1/24", "10.99.0.9/24"),
                                "  routes: [198.18.0.0/15]\n",
                                "peers:\n",
                                PHONE),
                        false));
            assertThat(why).hasMessageStartingWith("cannot add route 172.16.0.0/12 to talr0");
            assertThat(state(gateway)).isEqualTo(before);
            assertThat(other.routes()).hasSize(1);
          }
        });
  }

  @Test
  void shouldRefuseTheFileOfAnotherGateway() throws Exception {
    with(
        file(IFACE),
        gateway -> {
          ReconfigureException why =
              refused(gateway.reconfigure(_ -> read(IFACE.replace("talr0", "talr7")), false));
          assertThat(why.isInvalid()).isTrue();
          assertThat(why).hasMessageContaining("that of talr7, and this gateway is talr0");
        });
  }

  @Test
  void shouldMarkItsDatagramsBeforeADefaultRouteComes() throws Exception {
    with(
        file(IFACE, "peers:\n", OFFICE),
        gateway -> {
          List<String> before = state(gateway);
          change(gateway, IFACE, "peers:\n", OFFICE.replace("192.168.50.0/24", "0.0.0.0/0"));
          assertThat(gateway.status().fwmark()).isEqualTo(51_820);
          assertThat(gateway.routes()).containsExactly(new KernelRoute("0.0.0.0/0", 51_820));
          assertThat(change(gateway, IFACE, "peers:\n", OFFICE).lines()).hasSize(1);
          assertThat(state(gateway)).isEqualTo(before);
        });
  }

  @Test
  void shouldTellOthersOfWhatIsTakenOnly() throws Exception {
    with(
        file(IFACE),
        gateway -> {
          List<Integer> told = new ArrayList<>();
          gateway.onReconfigured(
              config -> {
                throw new IllegalStateException("a part that breaks");
              });
          gateway.onReconfigured(config -> told.add(config.peers().size()));
          gateway.reconfigure(_ -> read(IFACE, "peers:\n", PHONE), true).join();
          refused(
              gateway.reconfigure(
                  _ -> {
                    throw ReconfigureException.invalid("no file", List.of());
                  },
                  false));
          change(gateway, IFACE, "peers:\n", OFFICE, PHONE);
          assertThat(told).containsExactly(2);
        });
  }

  /** Trap 26: whoever waits for a change is answered, whatever becomes of the gateway. */
  @Test
  void shouldAnswerEverybodyWhenItIsClosed() throws Exception {
    List<CompletableFuture<Diff>> asked = new ArrayList<>();
    with(
        file(IFACE),
        gateway -> {
          for (int i = 0; i < 20; i++) {
            String peer = i % 2 == 0 ? OFFICE : PHONE;
            asked.add(gateway.reconfigure(_ -> read(IFACE, "peers:\n", peer), false));
          }
          gateway.close();
          asked.add(gateway.reconfigure(_ -> read(IFACE), false));
        });
    assertThat(asked).allMatch(CompletableFuture::isDone);
    assertThat(refused(asked.getLast())).hasMessage("the gateway is stopping");
  }
}
