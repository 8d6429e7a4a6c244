package io.taltun.daemon.hook;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.HookCommand;
import io.taltun.config.HookEvent;
import io.taltun.config.Hooks;
import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.control.PeerEvent;
import io.taltun.dataplane.udp.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayHooksTest {
  private static final PublicKey KEY = PublicKey.of(new byte[PublicKey.LENGTH]);
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir private Path folder;

  private static HookCommand shell(String text) {
    return new HookCommand(List.of(text), true);
  }

  private static GatewayHooks hooks(Map<HookEvent, HookCommand> commands, Duration timeout) {
    return new GatewayHooks(
        new Hooks(commands, timeout),
        "tal0",
        List.of(IpPrefix.parse("10.99.0.1/24"), IpPrefix.parse("fd99::1/64")));
  }

  private static PeerEvent event(boolean online) {
    return new PeerEvent(
        "Ann's phone",
        KEY,
        online,
        online ? PeerEvent.Reason.SESSION : PeerEvent.Reason.SILENT,
        Endpoint.ofIpv4(0xc000_0201, 51820),
        List.of(IpPrefix.parse("10.99.0.2/32"), IpPrefix.parse("fd99::2/128")),
        5);
  }

  private List<String> awaitLines(Path file, int count) throws Exception {
    List<String> lines = List.of();
    for (int i = 0; i < 6000 && lines.size() < count; i++) {
      Thread.sleep(10);
      lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
    return lines;
  }

  @Test
  void shouldTellACommandWhatHappened() throws Exception {
    Path out = folder.resolve("out");
    HookCommand command =
        new HookCommand(
            List.of(
                "/bin/sh",
                "-c",
                "echo \"$TALTUN_EVENT|$TALTUN_INTERFACE|$TALTUN_PEER|$TALTUN_PEER_KEY|"
                    + "$TALTUN_ENDPOINT|$TALTUN_ALLOWED_IPS|$TALTUN_ADDRESSES|$TALTUN_REASON\""
                    + " >>\"$1\"",
                "hook",
                out.toString()),
            false);
    try (GatewayHooks hooks =
        hooks(Map.of(HookEvent.PEER_ONLINE, command, HookEvent.PEER_OFFLINE, command), LONG)) {
      hooks.onPeerEvent(event(true));
      hooks.onPeerEvent(event(false));
      String facts =
          "|tal0|Ann's phone|"
              + KEY.toBase64()
              + "|192.0.2.1:51820|10.99.0.2/32 fd99::2/128|10.99.0.1/24 fd99::1/64|";
      assertThat(awaitLines(out, 2))
          .containsExactly("peer-online" + facts + "session", "peer-offline" + facts + "silent");
    }
  }

  @Test
  void shouldRunOnePeersCommandsInTheirOrder() throws Exception {
    Path out = folder.resolve("out");
    String text = "sleep 0.02; echo $TALTUN_EVENT >>" + out;
    try (GatewayHooks hooks =
        hooks(
            Map.of(HookEvent.PEER_ONLINE, shell(text), HookEvent.PEER_OFFLINE, shell(text)),
            LONG)) {
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        hooks.onPeerEvent(event(i % 2 == 0));
        expected.add(i % 2 == 0 ? "peer-online" : "peer-offline");
      }
      assertThat(awaitLines(out, 6)).isEqualTo(expected);
    }
  }

  @Test
  void shouldSayHowTheGatewaysOwnCommandFailed() throws Exception {
    GatewayHooks failing = hooks(Map.of(HookEvent.UP, shell("echo a; echo b >&2; exit 3")), LONG);
    assertThat(failing.run(HookEvent.UP, null)).isEqualTo("on-up: exit status 3: a | b");
    assertThat(failing.run(HookEvent.DOWN, "stopped")).isNull();
    GatewayHooks missing =
        hooks(Map.of(HookEvent.UP, new HookCommand(List.of("/no/such"), false)), LONG);
    assertThat(missing.run(HookEvent.UP, null)).startsWith("on-up: cannot be started: ");
    GatewayHooks good =
        hooks(Map.of(HookEvent.DOWN, shell("[ \"$TALTUN_REASON\" = stopped ]")), LONG);
    assertThat(good.run(HookEvent.DOWN, "stopped")).isNull();
    assertThat(good.run(HookEvent.DOWN, "other")).isEqualTo("on-down: exit status 1");
  }

  @Test
  void shouldEndACommandAndItsChildrenWhenItsTimeIsOver() throws Exception {
    Path pid = folder.resolve("pid");
    GatewayHooks slow =
        hooks(
            Map.of(HookEvent.UP, shell("echo begun; sleep 300 & echo $! >" + pid + "; wait")),
            Duration.ofSeconds(1));
    assertThat(slow.run(HookEvent.UP, null)).isEqualTo("on-up: ended after 1 s: begun");
    long child = Long.parseLong(Files.readString(pid).strip());
    for (int i = 0; i < 6000 && alive(child); i++) {
      Thread.sleep(10);
    }
    assertThat(alive(child)).isFalse();
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  @Test
  void shouldLetAChildInTheBackgroundBe() throws Exception {
    GatewayHooks hooks =
        hooks(Map.of(HookEvent.UP, shell("(sleep 5; echo late) & echo done")), LONG);
    long beganNs = System.nanoTime();
    assertThat(hooks.run(HookEvent.UP, null)).isNull();
    assertThat(System.nanoTime() - beganNs).isLessThan(LONG.toNanos());
  }

  @Test
  void shouldKeepTheBeginningOfMuchOutput() throws Exception {
    GatewayHooks hooks =
        hooks(Map.of(HookEvent.UP, shell("yes 0123456789 | head -c 1000000; exit 1")), LONG);
    assertThat(hooks.run(HookEvent.UP, null))
        .startsWith("on-up: exit status 1: 0123456789 | 0123456789")
        .hasSizeLessThan(6000);
  }
}
