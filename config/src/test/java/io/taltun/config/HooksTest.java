package io.taltun.config;

import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.valid;
import static io.taltun.config.Samples.warnings;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HooksTest {
  private static final Path CONF = Path.of("wg0.conf");

  private static Hooks yaml(String hooks) {
    return valid(Samples.parse(keys("interface: {private-key: OWN_PRIVATE}\n" + hooks))).hooks();
  }

  private static ConfigResult wgQuick(String lines) {
    return WgQuick.parse(keys("[Interface]\nPrivateKey = OWN_PRIVATE\n" + lines), CONF, Samples.X);
  }

  @Test
  void shouldReadAListAsACommandAndATextAsTheShells() {
    Hooks hooks =
        yaml(
            """
            hooks:
              on-up: iptables -A FORWARD -i "$TALTUN_INTERFACE" -j ACCEPT
              on-down: []
              on-peer-online: [/usr/bin/logger, "peer: up", 7]
              timeout: 1m
            """);
    assertThat(hooks.at(HookEvent.UP).commandLine())
        .containsExactly("/bin/sh", "-c", "iptables -A FORWARD -i \"$TALTUN_INTERFACE\" -j ACCEPT");
    assertThat(hooks.at(HookEvent.DOWN)).isNull();
    assertThat(hooks.at(HookEvent.PEER_ONLINE).commandLine())
        .containsExactly("/usr/bin/logger", "peer: up", "7");
    assertThat(hooks.at(HookEvent.PEER_OFFLINE)).isNull();
    assertThat(hooks.timeout()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void shouldHaveNoneWhenTheFileHasNone() {
    assertThat(yaml("")).isEqualTo(Hooks.NONE);
    assertThat(yaml("hooks: {}\n")).isEqualTo(Hooks.NONE);
    assertThat(Hooks.NONE.timeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void shouldWriteWhatItReads() {
    TaltunConfig config =
        valid(
            Samples.parse(
                keys(
                    """
                    interface: {private-key: OWN_PRIVATE}
                    hooks:
                      on-up: "echo 'a: \\"b\\"' # c\\nexit 0"
                      on-peer-offline: [/bin/true, "", "x y", "\\u00e9"]
                      timeout: 30s
                    """)));
    String text = PeersYaml.write(config);
    assertThat(valid(Samples.parse(text))).isEqualTo(config);
    assertThat(text).contains("\nhooks:\n  on-up: ", "\n  timeout: 30s\n");
  }

  @Test
  void shouldTakeTheCommandsOfWgQuickOver() {
    ConfigResult result =
        wgQuick(
            """
            PostUp = iptables -A FORWARD -i %i -j ACCEPT; # comment
            PostUp = logger up, on %i &
            PreDown = logger down
            PostDown = iptables -D FORWARD -i %i -j ACCEPT
            """);
    Hooks hooks = valid(result).hooks();
    assertThat(hooks.at(HookEvent.UP).commandLine())
        .containsExactly(
            "/bin/sh",
            "-c",
            "{ iptables -A FORWARD -i wg0 -j ACCEPT; } && { logger up, on wg0 & }");
    assertThat(hooks.at(HookEvent.DOWN).arguments())
        .containsExactly("{ logger down; }; { iptables -D FORWARD -i wg0 -j ACCEPT; }");
    assertThat(warnings(result))
        .containsExactly(
            "wg0.conf:6:1: PostDown runs while the device is still there:"
                + " `iptables -D FORWARD -i %i -j ACCEPT`");
    TaltunConfig config = valid(result);
    assertThat(valid(WgQuick.parse(WgQuick.write(config), CONF, Samples.X))).isEqualTo(config);
  }

  @Test
  void shouldSayWhatWgQuickCannotTake() {
    String text =
        WgQuick.write(
            valid(
                Samples.parse(
                    keys(
                        """
                        interface: {private-key: OWN_PRIVATE}
                        hooks:
                          on-up: [/bin/echo, "it's", a-b]
                          on-down: "echo '#'"
                          on-peer-online: [/bin/true]
                        """))));
    assertThat(text)
        .contains(
            "# Not carried over: on-down\n# Not carried over: on-peer-online\n",
            "\nPostUp = /bin/echo 'it'\\''s' a-b\n")
        .doesNotContain("PreDown");
  }

  @Test
  void shouldNameTheDeviceAsWgQuickDoesWhenExported() {
    String text =
        WgQuick.write(
            valid(
                Samples.parse(
                    keys(
                        """
                        interface: {private-key: OWN_PRIVATE}
                        hooks:
                          on-up: "tc qdisc add dev $TALTUN_INTERFACE root fq; logger ${TALTUN_INTERFACE}"
                          on-down: "logger $TALTUN_INTERFACE $TALTUN_REASON"
                        """))));
    assertThat(text)
        .contains("PostUp = tc qdisc add dev %i root fq; logger %i\n")
        .contains("# Not carried over: on-down\n")
        .doesNotContain("PreDown");
    assertThat(WgQuickHooks.write(HookCommand.ofShell("date +%i"))).isNull();
  }

  @Test
  void shouldRefuseCommandsThatOthersMayWrite(@TempDir Path folder) throws Exception {
    Path key = Files.writeString(folder.resolve("key"), Samples.OWN_PRIVATE + "\n");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Path file =
        Files.writeString(
            folder.resolve("peers.yaml"),
            "interface: {private-key-file: key}\nhooks:\n  on-up: [/bin/true]\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    assertThat(Samples.errors(ConfigReader.read(file, Samples.X)))
        .containsExactly(
            file
                + ":3:3: hooks are run by the gateway and others may write to `"
                + file
                + "` (rw-rw-r--); run `chmod go-w` on it");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    valid(ConfigReader.read(file, Samples.X));
  }
}
