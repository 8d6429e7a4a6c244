package io.taltun.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.config.IpPrefix;
import io.taltun.crypto.key.PublicKey;
import io.taltun.daemon.gateway.DeviceChange;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.gateway.PeerChange;
import io.taltun.daemon.gateway.PeerChange.AllowedIp;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.udp.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code wg}, where it is installed and the tests run as root. */
@Timeout(20)
class WgToolTest {
  private final String name = "fake" + ProcessHandle.current().pid();
  private final FakeGateway gateway = new FakeGateway(name);

  @BeforeEach
  void needRootAndTool() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/wg")), "needs wireguard-tools");
  }

  private String wg(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "wg";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @Test
  void shouldShowADevice() throws Exception {
    Path socket = Path.of("/run/wireguard", name + ".sock");
    try (UapiServer _ = UapiServer.open(socket, gateway)) {
      String publicKey = gateway.status().publicKey();
      assertThat(wg("show", "interfaces")).contains(name);
      assertThat(wg("show", name))
          .startsWith("interface: " + name + "\n  public key: " + publicKey)
          .contains("listening port: 51820", "fwmark: 0xca6c", "peer: " + FakeGateway.OFFICE)
          .contains("endpoint: 203.0.113.5:51820", "1.50 MiB received, 2.00 KiB sent")
          .contains("allowed ips: fd99::3/128", "persistent keepalive: every 25 seconds");
      assertThat(wg("show", name, "dump").lines())
          .containsExactly(
              String.join("\t", gateway.privateKey().toBase64(), publicKey, "51820", "0xca6c"),
              String.join(
                  "\t",
                  FakeGateway.OFFICE,
                  gateway.presharedKey(FakeGateway.OFFICE).toBase64(),
                  "203.0.113.5:51820",
                  "10.99.0.2/32,192.168.50.0/24",
                  "1763712000",
                  "1572864",
                  "2048",
                  "25"),
              String.join(
                  "\t",
                  FakeGateway.PHONE,
                  "(none)",
                  "(none)",
                  "fd99::3/128",
                  "0",
                  "0",
                  "0",
                  "off"));
      gateway.refusal = Errno.EADDRINUSE;
      assertThat(wg("set", name, "listen-port", "1")).contains("Address already in use");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void shouldTakeASettingOfEveryKind(@TempDir Path folder) throws Exception {
    Path socket = Path.of("/run/wireguard", name + ".sock");
    Path file = folder.resolve("fake.conf");
    Files.writeString(
        file,
        """
        [Interface]
        PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
        ListenPort = 40404
        FwMark = 0x2a
        [Peer]
        PublicKey = %s
        PresharedKey = FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=
        Endpoint = [fe80::1%%lo]:51820
        PersistentKeepalive = 25
        AllowedIPs = 10.99.0.2/32, fd99::/64
        """
            .formatted(FakeGateway.OFFICE));
    try (UapiServer _ = UapiServer.open(socket, gateway)) {
      assertThat(wg("setconf", name, file.toString())).isEmpty();
      assertThat(wg("set", name, "peer", FakeGateway.PHONE, "remove")).isEmpty();
    }
    PeerChange office =
        new PeerChange(
            PublicKey.ofBase64(FakeGateway.OFFICE),
            false,
            false,
            gateway.presharedKey(FakeGateway.OFFICE),
            Endpoint.ofIpv6(0xfe80L << 48, 1, 51820, 1),
            25,
            true,
            List.of(
                new AllowedIp(IpPrefix.parse("10.99.0.2/32"), false),
                new AllowedIp(IpPrefix.parse("fd99::/64"), false)));
    PeerChange phone =
        new PeerChange(
            PublicKey.ofBase64(FakeGateway.PHONE), true, false, null, null, null, false, List.of());
    assertThat(gateway.changes)
        .containsExactly(
            new DeviceChange(gateway.privateKey(), 40404, 0x2aL, true, List.of(office)),
            new DeviceChange(null, null, null, false, List.of(phone)));
  }
}
