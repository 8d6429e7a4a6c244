package io.taltun.config;

import static io.taltun.config.Samples.errors;
import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.valid;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFilesTest {
  private static final String BY_FILE =
      keys(
          """
          interface:
            private-key-file: private.key
          peers:
            - public-key: PEER_A
              preshared-key-file: keys/a.psk
          """);

  @TempDir private Path folder;
  private Path yaml;

  @BeforeEach
  void name() {
    yaml = folder.resolve("peers.yaml");
  }

  /** The example of the project's documentation, with keys filled in. */
  @Test
  void shouldReadTheDocumentedExample() throws IOException {
    write("private.key", Samples.OWN_PRIVATE + "\n", "rw-------");
    write("office.psk", Samples.PSK, "r--------");
    write(
        "peers.yaml",
        keys(
            """
            interface:
              name: tal0
              private-key-file: private.key      # or private-key: BASE64
              address: [10.99.0.1/24, "fd99::1/64"]
              listen-port: 51820
              mtu: 1420                          # or auto
              routes: [192.168.50.0/24]          # kernel routes beside those of allowed-ips
              route-table: main                  # main, a number, or off
              fwmark: 0
              workers: auto                      # auto = one per usable CPU
            peers:
              - name: office
                public-key: PEER_A
                preshared-key-file: office.psk   # or preshared-key
                endpoint: vpn.example.org:51820
                allowed-ips: [10.99.0.2/32, 192.168.50.0/24]
                persistent-keepalive: 10s        # the default for a peer with an endpoint
            """),
        "rw-r--r--");

    TaltunConfig config = valid(ConfigReader.read(yaml));

    assertThat(config.iface().privateKey()).isEqualTo(Samples.OWN);
    assertThat(config.peers().getFirst().presharedKey().toBase64()).isEqualTo(Samples.PSK);
    assertThat(config.source()).isEqualTo(yaml);
  }

  @Test
  void shouldRefuseKeyFilesWhenOthersMayOpenThem() throws IOException {
    Files.createDirectory(folder.resolve("keys"));
    write("private.key", Samples.OWN_PRIVATE, "rw-r-----");
    write("keys/a.psk", Samples.PSK, "rw-----w-");
    write("peers.yaml", BY_FILE, "rw-r--r--");

    assertThat(errors(read()))
        .containsExactly(
            yaml
                + ":2:21: private-key-file: `"
                + folder.resolve("private.key")
                + "` holds a secret and others may open it (rw-r-----); run `chmod 600` on it",
            yaml
                + ":5:25: preshared-key-file: `"
                + folder.resolve("keys/a.psk")
                + "` holds a secret and others may open it (rw-----w-); run `chmod 600` on it");
  }

  @Test
  void shouldRefuseKeyFilesWhenTheyHoldNoKey() throws IOException {
    Files.createDirectory(folder.resolve("keys"));
    write("private.key", " \n", "rw-------");
    write("keys/a.psk", "x".repeat(5000), "rw-------");
    write("peers.yaml", BY_FILE, "rw-------");

    assertThat(errors(read()))
        .containsExactly(
            yaml
                + ":2:21: private-key-file: `"
                + folder.resolve("private.key")
                + "` is empty; write the key into it, 44 base64 characters",
            yaml
                + ":5:25: preshared-key-file: `"
                + folder.resolve("keys/a.psk")
                + "` is too long for a key; it must hold 44 base64 characters and nothing else");

    write("private.key", "short", "rw-------");
    Files.delete(folder.resolve("keys/a.psk"));
    Files.createDirectory(folder.resolve("keys/a.psk"));

    assertThat(errors(read()))
        .containsExactly(
            yaml
                + ":2:21: private-key-file: `"
                + folder.resolve("private.key")
                + "`: a key is 44 base64 characters, these are 5",
            yaml
                + ":5:25: preshared-key-file: `"
                + folder.resolve("keys/a.psk")
                + "` is not a regular file; name the key's file");
  }

  @Test
  void shouldRefuseTheFileWhenItHoldsAKeyThatOthersMayRead() throws IOException {
    write("peers.yaml", keys("interface:\n  private-key: OWN_PRIVATE\n"), "rw-r--r--");

    assertThat(errors(read()))
        .containsExactly(
            yaml
                + ":2:3: private-key: `"
                + yaml
                + "` holds a secret and others may open it (rw-r--r--); run `chmod 600` on it");
  }

  @Test
  void shouldSayWhyWhenTheFileCannotBeRead() throws IOException {
    assertThat(errors(read())).containsExactly(yaml + ":1:1: no such file; check the path");
    assertThat(errors(ConfigReader.read(folder, Samples.X)))
        .containsExactly(folder + ":1:1: this is a directory; name the file in it");
  }

  @Test
  void shouldNameThePlaceWhenTheFileIsNotUtf8() throws IOException {
    Files.write(yaml, "a: ü\nbc: \u00fc".getBytes(StandardCharsets.UTF_8));
    byte[] raw = Files.readAllBytes(yaml);
    raw[raw.length - 1] = (byte) 0xff;
    Files.write(yaml, raw);

    assertThat(errors(read()))
        .containsExactly(yaml + ":2:5: not UTF-8 from here on; save the file as UTF-8 text");
    assertThat(errors(WgQuick.read(yaml, Samples.X)))
        .containsExactly(yaml + ":2:5: not UTF-8 from here on; save the file as UTF-8 text");

    Files.write(yaml, new byte[] {'a', (byte) 0xc3});
    assertThat(errors(read()))
        .containsExactly(yaml + ":1:2: not UTF-8 from here on; save the file as UTF-8 text");
  }

  @Test
  void shouldRefuseTheFileWhenItIsHuge() throws IOException {
    try (var channel =
        FileChannel.open(yaml, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), SourceText.MAX_BYTES);
    }

    assertThat(errors(read()))
        .containsExactly(yaml + ":1:1: the file is larger than 64MiB; is it the right one?");
  }

  private ConfigResult read() {
    return ConfigReader.read(yaml, Samples.X);
  }

  private void write(String name, String text, String mode) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
