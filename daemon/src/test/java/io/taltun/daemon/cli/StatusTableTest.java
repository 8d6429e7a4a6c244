package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.gateway.GatewayStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusTableTest {
  private static final Instant NOW =
      Instant.ofEpochSecond(FakeGateway.HANDSHAKE_NS / 1_000_000_000 + 95);

  @Test
  void shouldAlignALineForEachPeer() {
    assertThat(new StatusTable(Terminal.NONE, NOW).render(new FakeGateway("tal0").status()))
        .isEqualTo(
            """
            tal0  public key HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=
              port 51820, mtu 1420, fwmark 0xca6c, up 1h 2m, 10.99.0.1/24 fd99::1/64
              workers 2 pinned, offloads tun-tso udp-gso udp-gro, libcrypto/split
              PEER    STATE   ENDPOINT           PATH    HANDSHAKE   RECEIVED      SENT      IN/S  OUT/S      RTT  LOSS  ALLOWED IPS
              office  online  203.0.113.5:51820  direct  1m 35s ago  1.50 MiB  2.00 KiB  0.98 KiB    0 B  12.3 ms  1.5%  10.99.0.2/32, 192.168.50.0/24
              phone   idle    -                  -       never            0 B       0 B       0 B    0 B        -     -  fd99::3/128
              dropped: replay 3
            """);
  }

  @Test
  void shouldNameAnOffloadThatFellBack() {
    FakeGateway gateway = new FakeGateway("tal0");
    gateway.fallBackFromUdpGso();
    assertThat(new StatusTable(Terminal.NONE, NOW).render(gateway.status()))
        .contains(
            "\n"
                + "  workers 2 pinned, offloads tun-tso udp-gro, fallen back udp-gso,"
                + " libcrypto/split\n");
  }

  @Test
  void shouldColourOnlyOnTerminals() {
    GatewayStatus status = new FakeGateway("tal0").status();
    Terminal colours = new Terminal(true, true, true, true);
    String painted = new StatusTable(colours, NOW).render(status);
    assertThat(painted).contains("\u001b[32monline\u001b[0m");
    assertThat(painted.replaceAll("\u001b\\[[0-9]+m", ""))
        .isEqualTo(new StatusTable(Terminal.NONE, NOW).render(status));
  }

  @Test
  void shouldNameThePeersWhosePacketsAccessRulesDenied() {
    FakeGateway gateway = new FakeGateway("tal0");
    gateway.denyToPhone(7);
    assertThat(new StatusTable(Terminal.NONE, NOW).render(gateway.status()))
        .contains("\n  denied by access rules: phone 7\n");
  }

  @Test
  void shouldSayWhenThereAreNoPeersAndNoDrops() {
    GatewayStatus status =
        new GatewayStatus(
            "tal0", "KEY", 1, 0, 1280, List.of(), 5, null, List.of(), Map.of(), Map.of());
    assertThat(new StatusTable(Terminal.NONE, NOW).render(status))
        .isEqualTo("tal0  public key KEY\n  port 1, mtu 1280, up 5s\n  no peers\n");
  }

  @Test
  void shouldRoundBytesToThreeDigits() {
    assertThat(List.of(0L, 999L, 1000L, 1024L, 10_240L, 1_048_575L, 1L << 40, Long.MAX_VALUE))
        .map(Quantities::bytes)
        .containsExactly(
            "0 B", "999 B", "0.98 KiB", "1.00 KiB", "10.0 KiB", "1.00 MiB", "1.00 TiB", "8.00 EiB");
  }

  @Test
  void shouldShowTheTwoLargestUnitsOfTime() {
    assertThat(List.of(0L, 59L, 60L, 200L, 3600L, 7500L, 90_000L))
        .map(Quantities::duration)
        .containsExactly("0s", "59s", "1m", "3m 20s", "1h", "2h 5m", "1d 1h");
  }
}
