package io.taltun.daemon.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.daemon.cli.Terminal;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.gateway.GatewayStatus;
import io.taltun.daemon.gateway.PeerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WatchScreenTest {
  private static final long SECOND = 1_000_000_000;
  private static final Instant NOW = Instant.ofEpochSecond(FakeGateway.HANDSHAKE_NS / SECOND + 95);
  private static final Terminal PLAIN = new Terminal(true, true, false, true);
  private static final Terminal COLOURS = new Terminal(true, true, true, true);

  private static PeerStatus peer(String name, long received, long sent) {
    return new PeerStatus(
        name,
        "KEY " + name,
        false,
        "online",
        "203.0.113.5:51820",
        "direct",
        List.of(),
        FakeGateway.HANDSHAKE_NS,
        received,
        sent,
        0,
        0,
        0,
        0,
        12_345_678L,
        0.0);
  }

  private static GatewayStatus status(Map<String, Long> drops, List<PeerStatus> peers) {
    return new GatewayStatus(
        "tal0", "KEY", 1, 0, 1420, List.of(), 3725, null, peers, drops, Map.of());
  }

  /** Office receives 1, 2, 3 … MiB in a second, phone nothing. */
  private static WatchedGateway gateway() {
    Rates rates = new Rates();
    GatewayStatus status = null;
    long received = 0;
    for (int i = 0; i <= 8; i++) {
      received += (long) i << 20;
      status =
          status(
              Map.of("no_route", 3L),
              List.of(peer("office", received, 2048L * i), peer("phone", 5, 6)));
      rates.add(status, i * SECOND);
    }
    return new WatchedGateway("tal0", status, rates);
  }

  private static List<String> draw(Terminal terminal, int columns, int rows, WatchedGateway... g) {
    return new WatchScreen(terminal, columns, rows, NOW).draw(List.of(g));
  }

  @Test
  void shouldDrawRatesOnAWideTerminal() {
    assertThat(String.join("\n", draw(PLAIN, 100, 24, gateway())))
        .isEqualTo(
            """
            tal0  up 1h 2m, peers 2, online 2, in 8.00 MiB/s, out 2.00 KiB/s
              PEER    STATE   ENDPOINT           HANDSHAKE         IN/S              OUT/S             RTT  LOSS
              office  online  203.0.113.5:51820  1m 35s ago  8.00 MiB/s  ▄▅▆▇█  2.00 KiB/s  █████  12.3 ms    0%
              phone   online  203.0.113.5:51820  1m 35s ago       0 B/s              0 B/s         12.3 ms    0%
              dropped: no_route 3

            Ctrl-C ends\
            """);
  }

  @Test
  void shouldGiveUpColumnsOnANarrowTerminal() {
    assertThat(draw(PLAIN, 40, 24, gateway())).contains("  PEER    STATE         IN/S       OUT/S");
  }

  @Test
  void shouldSayWhenAGatewayIsGone() {
    assertThat(draw(PLAIN, 80, 24, new WatchedGateway("tal0", null, new Rates()), gateway()))
        .startsWith("tal0  does not answer; waiting until it is back")
        .endsWith("Ctrl-C ends")
        .anyMatch(line -> line.startsWith("tal0  up 1h 2m"));
  }

  @Test
  void shouldColourOnlyWhatIsPlainOtherwise() {
    List<String> painted = draw(COLOURS, 100, 24, gateway());
    assertThat(String.join("\n", painted)).contains("\u001b[32monline\u001b[0m");
    assertThat(painted.stream().map(line -> line.replaceAll("\u001b\\[[0-9]+m", "")))
        .isEqualTo(draw(PLAIN, 100, 24, gateway()));
  }

  @Test
  void shouldShowTheBusiestWhenNotAllHaveRoom() {
    Rates rates = new Rates();
    List<PeerStatus> before = new ArrayList<>();
    List<PeerStatus> after = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      before.add(peer("peer-" + i, 0, 0));
      after.add(peer("peer-" + i, i * 1000L, 0));
    }
    rates.add(status(Map.of(), before), 0);
    GatewayStatus status = status(Map.of(), after);
    rates.add(status, SECOND);
    assertThat(draw(PLAIN, 80, 10, new WatchedGateway("tal0", status, rates)))
        .hasSizeLessThanOrEqualTo(10)
        .anyMatch(line -> line.startsWith("  peer-99 "))
        .noneMatch(line -> line.startsWith("  peer-0 "))
        .anyMatch(line -> line.matches("  and 9[0-9] more, with less traffic"));
  }

  /** Slow oracle: each line measured again, on terminals of every size. */
  @Test
  void shouldFitEveryTerminal() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    String[] names = {
      "a", "Ann's phone", "\u5317\u4eac\u5206\u516c\u53f8", "e\u0301te\u0301", "x".repeat(64)
    };
    for (int i = 0; i < 300; i++) {
      List<PeerStatus> peers = new ArrayList<>();
      for (int j = random.nextInt(30); j > 0; j--) {
        peers.add(
            peer(
                names[random.nextInt(names.length)] + j,
                random.nextLong(1L << 50),
                random.nextLong(1L << 50)));
      }
      Rates rates = new Rates();
      GatewayStatus status =
          status(random.nextBoolean() ? Map.of() : Map.of("no_route", 1L << 60), peers);
      rates.add(status, 0);
      rates.add(status, SECOND);
      int columns = 1 + random.nextInt(200);
      int rows = 1 + random.nextInt(50);
      WatchedGateway one = new WatchedGateway("tal0", status, rates);
      WatchedGateway gone = new WatchedGateway("tal1", null, new Rates());
      List<String> lines = draw(PLAIN, columns, rows, one, gone, one);
      assertThat(lines).as("seed %d", seed).hasSizeLessThanOrEqualTo(rows);
      assertThat(lines)
          .as("seed %d, %d columns", seed, columns)
          .allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(columns));
    }
  }

  @Test
  void shouldDrawBarsAgainstTheGreatest() {
    List<Long> values = List.of(0L, 1L, 400L, 800L);
    assertThat(Sparkline.of(values, 6, true)).isEqualTo("   \u2581\u2584\u2588");
    assertThat(Sparkline.of(values, 3, true)).isEqualTo("\u2581\u2584\u2588");
    assertThat(Sparkline.of(values, 4, false)).isEqualTo(" .=@");
    assertThat(Sparkline.of(List.of(0L, 0L), 2, true)).isEqualTo("  ");
    assertThat(Sparkline.of(List.of(), 2, true)).isEqualTo("  ");
  }

  @Test
  void shouldBeginAnewWhenAGatewayCountsFromNothing() {
    Rates rates = new Rates();
    rates.add(status(Map.of(), List.of(peer("a", 1000, 1000))), 0);
    rates.add(status(Map.of(), List.of(peer("a", 3000, 1000))), 2 * SECOND);
    rates.add(status(Map.of(), List.of(peer("a", 10, 10))), 3 * SECOND);
    assertThat(rates.peer("KEY a").in()).containsExactly(0L, 1000L, 0L);
    assertThat(rates.total().out()).containsExactly(0L, 0L, 0L);
  }

  @Test
  void shouldKeepWatchingAGatewayThatIsGone() {
    List<String> running = new ArrayList<>(List.of("tal0"));
    StatusWatch watch =
        new StatusWatch(
            PLAIN,
            () -> running,
            name -> {
              if (running.contains(name)) {
                return status(Map.of(), List.of());
              }
              throw new java.io.IOException("gone");
            });
    assertThat(watch.look(0)).extracting(each -> each.status() != null).containsExactly(true);
    running.clear();
    assertThat(watch.look(1)).extracting(each -> each.status() != null).containsExactly(false);
    running.add("tal0");
    running.add("tal1");
    assertThat(watch.look(2))
        .extracting(WatchedGateway::name, each -> each.status() != null)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("tal0", true),
            org.assertj.core.groups.Tuple.tuple("tal1", true));
  }
}
