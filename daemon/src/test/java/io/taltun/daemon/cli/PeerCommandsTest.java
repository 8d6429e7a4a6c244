package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.ConfigReader;
import io.taltun.config.ConfigResult;
import io.taltun.config.IpPrefix;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.config.WgQuick;
import io.taltun.daemon.admin.AdminServer;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.reload.Reloader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PeerCommandsTest {
  private static final String KEY = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

  private static final String YAML =
      """
      # The gateway of the house.
      interface:
        name: fake0
        private-key: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
        address: [10.99.0.1/24, "fd99::1/64"]
        listen-port: 51820
      clients:
        endpoint: vpn.example.org:443
      peers:
        - name: home   # where the heart is
          public-key: dVovEC+l1dnDtSRtYaSjP1kjhyvAtl5n3B5l3tQtgiM=
          allowed-ips: [10.99.0.2/32]
      """;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = folder.resolve("etc/peers.yaml");
    Files.createDirectories(file.getParent());
    SecretFile.create(file, YAML);
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(CommandRun.host(folder, CommandRun.ROOT, ""), arguments);
  }

  private TaltunConfig config() {
    return ((ConfigResult.Valid) ConfigReader.read(file)).config();
  }

  private TaltunConfig client(String conf) throws IOException {
    Path written = folder.resolve("client.conf");
    Files.deleteIfExists(written);
    SecretFile.create(written, conf);
    return ((ConfigResult.Valid) WgQuick.read(written)).config();
  }

  private FakeGateway gateway() throws IOException {
    FakeGateway gateway = new FakeGateway("fake0");
    gateway.config = config();
    return gateway;
  }

  private AdminServer serve(FakeGateway gateway) throws IOException {
    return AdminServer.open(
        folder.resolve("run/fake0.sock"), gateway, new Reloader(gateway, file), null);
  }

  @Test
  void shouldAddAClientThatBothSidesKnow() throws IOException {
    CommandRun run = run("peer", "add", "laptop");
    assertThat(run.err().lines())
        .containsExactly(
            "added laptop to "
                + file
                + " with 10.99.0.3, fd99::2; fake0 does not run, start it with 'taltun up'",
            "the private key is in what follows and nowhere else: keep it, or hand it on");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("[Interface]\nPrivateKey = ")
        .contains("\nAddress = 10.99.0.3/32, fd99::2/128\n\n[Peer]\n")
        .contains("\nAllowedIPs = 10.99.0.0/24, fd99::/64\n")
        .contains("\nEndpoint = vpn.example.org:443\nPersistentKeepalive = 25\n");

    assertThat(Files.readString(file)).startsWith(YAML + "  - name: laptop\n    public-key: ");
    PeerConfig added = config().peers().getLast();
    TaltunConfig client = client(run.out());
    assertThat(client.iface().addresses()).isEqualTo(added.allowedIps());
    assertThat(client.peers().getFirst().presharedKey()).isEqualTo(added.presharedKey());
    assertThat(added.presharedKey().isNone()).isFalse();
    String privateKey = client.iface().privateKey().toBase64();
    assertThat(Files.readString(file)).doesNotContain(privateKey);
    CommandRun publicKey =
        CommandRun.of(CommandRun.host(folder, CommandRun.ROOT, privateKey), "pubkey");
    assertThat(publicKey.out()).isEqualTo(added.publicKey().toBase64() + "\n");
    assertThat(run("peer", "add", "phone").out()).contains("Address = 10.99.0.4/32, fd99::3/128\n");
  }

  @Test
  void shouldTellTheClientWhatOptionsSay() throws IOException {
    CommandRun run =
        run(
            "peer",
            "add",
            "router",
            "--endpoint",
            "192.0.2.1",
            "--allowed-ips",
            "10.0.0.5/8,192.168.50.0/24",
            "--dns",
            "10.99.0.1,lan.example",
            "--keepalive",
            "off",
            "--address",
            "10.99.0.77",
            "--no-preshared-key",
            "--public-key",
            FakeGateway.PHONE);
    assertThat(run.err()).hasLineCount(1);
    assertThat(run.out())
        .isEqualTo(
            """
            [Interface]
            # PrivateKey = the one that belongs to %s
            Address = 10.99.0.77/32
            DNS = 10.99.0.1, lan.example

            [Peer]
            PublicKey = %s
            AllowedIPs = 10.0.0.0/8, 192.168.50.0/24
            Endpoint = 192.0.2.1:51820
            """
                .formatted(FakeGateway.PHONE, publicKeyOfTheGateway()));
    PeerConfig added = config().peers().getLast();
    assertThat(added.publicKey().toBase64()).isEqualTo(FakeGateway.PHONE);
    assertThat(added.allowedIps()).containsExactly(IpPrefix.parse("10.99.0.77/32"));
    assertThat(run("peer", "add", "tablet", "--full-tunnel").out())
        .contains("\nAllowedIPs = 0.0.0.0/0, ::/0\n");
  }

  private String publicKeyOfTheGateway() {
    return CommandRun.of(CommandRun.host(folder, CommandRun.ROOT, KEY), "pubkey").out().strip();
  }

  @Test
  void shouldPrintAQrCodeOfTheSameText() {
    Host host = CommandRun.host(folder, CommandRun.ROOT, "");
    Terminal unicode = new Terminal(false, false, false, true);
    Host shown =
        new Host(
            host.configFile(),
            host.runFolder(),
            host.wireguardFolder(),
            host.gateways(),
            host.privileges(),
            host.selfCommand(),
            host.input(),
            unicode);
    CommandRun both = CommandRun.of(shown, "peer", "add", "phone", "--qr", "--conf");
    String conf = both.out().substring(0, both.out().indexOf("PersistentKeepalive = 25\n") + 25);
    assertThat(both.out()).isEqualTo(conf + io.taltun.daemon.onboard.QrCode.render(conf, false));
    assertThat(CommandRun.of(shown, "peer", "add", "tablet", "--qr").out())
        .doesNotContain("[Interface]")
        .contains("\u2588");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peer|taltun peer: a command is needed; try 'taltun peer --help'",
        "peer ad|taltun peer: there is no command 'ad', did you mean 'add'; try 'taltun peer"
            + " --help'",
        "peer add|taltun peer add: Missing required parameter: 'NAME'; try 'taltun peer add"
            + " --help'",
        "peer add a --frob|taltun peer add: there is no option '--frob'; try 'taltun peer add"
            + " --help'",
        "peer add a b|taltun peer add: there is no place for 'b', a file is named with -c;"
            + " try 'taltun peer add --help'",
        "peer add ../x|taltun peer add: NAME: `../x` cannot name a peer; use up to 64 letters,"
            + " digits, blanks and . _ @ + ' ( ) -, a letter or digit first; try 'taltun peer add"
            + " --help'",
        "peer add x --dns 10.0|taltun peer add: --dns: `10.0` is neither a name server's IP address"
            + " nor a search domain; try 'taltun peer add --help'",
        "peer add x --keepalive 25|taltun peer add: --keepalive: `25` is not a duration with its"
            + " unit like 25s or 2m, or off; try 'taltun peer add --help'",
        "peer add x --endpoint a:b|taltun peer add: --endpoint: `a:b` is not HOST:PORT; write it"
            + " like vpn.example.org:51820, 192.0.2.1:51820 or \"[2001:db8::1]:51820\"; try 'taltun"
            + " peer add --help'",
        "peer add x --address 10.0.0.0/8|taltun peer add: --address: '10.0.0.0/8' is a network;"
            + " give one address of it; try 'taltun peer add --help'",
        "peer add x --public-key y|taltun peer add: --public-key: a key is 44 base64 characters,"
            + " these are 1; try 'taltun peer add --help'",
        "peer add x --qr --public-key y|taltun peer add: --qr needs the private key, which only the"
            + " client has with --public-key; try 'taltun peer add --help'",
        "peer add home|taltun peer add: there is a peer 'home' already; choose another name, or"
            + " 'taltun peer remove' it first",
        "peer add x --public-key dVovEC+l1dnDtSRtYaSjP1kjhyvAtl5n3B5l3tQtgiM=|taltun peer add: this"
            + " public key is already that of 'home'; every peer has its own",
        "peer add x --address 10.99.0.2|taltun peer add: 10.99.0.2 is taken already; give another"
            + " --address",
        "peer add x -c none.yaml|taltun peer add: none.yaml does not exist; check the path",
        "peer remove hom|taltun peer remove: there is no peer 'hom' in FILE; did you mean 'home'",
        "peer remove office|taltun peer remove: there is no peer 'office' in FILE; 'taltun peer"
            + " list' shows what there is",
        "peer remove home -c none.yaml|taltun peer remove: none.yaml does not exist; check the"
            + " path",
        "peer list -c none.yaml|taltun peer list: none.yaml does not exist; check the path",
      })
  void shouldChangeNothingWhenSomethingIsWrong(String arguments, String message)
      throws IOException {
    CommandRun run = run(arguments.split(" "));
    assertThat(run.err()).isEqualTo(message.replace("FILE", file.toString()) + "\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(Files.readString(file)).isEqualTo(YAML);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.99.0.1/24|10.99.0.1/32|the gateway's `address` has no network to take an address from;"
            + " give one with --address",
        "10.99.0.1/24|10.99.0.1/30|no address is free in 10.99.0.0/30; remove a peer, or give a"
            + " shorter prefix in `address`",
      })
  void shouldSayWhenNoAddressIsLeft(String address, String other, String message)
      throws IOException {
    Files.writeString(file, YAML.replace(address + ", \"fd99::1/64\"", other));
    assertThat(run("peer", "add", "x").err()).isEqualTo("taltun peer add: " + message + "\n");
  }

  @Test
  void shouldAskForAnEndpointWhenThePortIsOpen() throws IOException {
    Files.writeString(
        file, YAML.replace("listen-port: 51820", "listen-port: 0").replace("endpoint: vpn", "#"));
    assertThat(run("peer", "add", "x").err())
        .isEqualTo(
            "taltun peer add: `listen-port` is 0, any free port: set it, or say where clients reach"
                + " this gateway with --endpoint HOST:PORT\n");
  }

  @Test
  void shouldNameEveryErrorOfTheFile() throws IOException {
    String bad = YAML.replace("51820", "x").replace("name: fake0", "nam: fake0");
    Files.writeString(file, bad);
    for (String[] command :
        List.of(
            new String[] {"peer", "add", "x"},
            new String[] {"peer", "remove", "home"},
            new String[] {"peer", "list"})) {
      CommandRun run = run(command);
      assertThat(run.err().lines()).hasSize(3).last().asString().contains("2 errors in " + file);
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(Files.readString(file)).isEqualTo(bad);
    }
  }

  @Test
  void shouldRemoveWhatWasAddedWithoutATrace() throws IOException {
    run("peer", "add", "laptop");
    CommandRun run = run("peer", "remove", "laptop");
    assertThat(run.out())
        .isEqualTo(
            "removed laptop from %s; fake0 does not run, start it with 'taltun up'\n"
                .formatted(file));
    assertThat(run.exitCode()).isZero();
    assertThat(Files.readString(file)).isEqualTo(YAML);
  }

  @Test
  void shouldHaveARunningGatewayTakeTheChange() throws IOException {
    FakeGateway gateway = gateway();
    try (AdminServer _ = serve(gateway)) {
      CommandRun added = run("peer", "add", "phone", "--public-key", FakeGateway.PHONE);
      assertThat(added.err()).endsWith("; fake0 has the change\n");
      assertThat(gateway.config.peers()).hasSize(2);
      assertThat(run("peer", "remove", "home").out()).endsWith("; fake0 has the change\n");
      assertThat(gateway.config.peers()).hasSize(1);
      // The fake one shows the same two peers whatever its file says.
      assertThat(run("peer", "remove", "phone").out())
          .endsWith(
              "; fake0 runs with another file; 'taltun reload -c %s' makes it take this one\n"
                  .formatted(file));
    }
  }

  @Test
  void shouldPutTheFileBackWhenTheGatewayRefuses() throws IOException {
    FakeGateway gateway = gateway();
    gateway.obstacle = "no memory left";
    try (AdminServer _ = serve(gateway)) {
      for (String[] command :
          List.of(new String[] {"peer", "add", "x"}, new String[] {"peer", "remove", "home"})) {
        CommandRun run = run(command);
        assertThat(run.err())
            .isEqualTo(
                "taltun peer %s: fake0 does not take it, and %s is as it was: no memory left\n"
                    .formatted(command[1], file));
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isOne();
        assertThat(Files.readString(file)).isEqualTo(YAML);
      }
    }
  }

  @Test
  void shouldListThePeersOfTheFile() throws IOException {
    run("peer", "add", "phone", "--public-key", FakeGateway.PHONE, "--address", "10.99.0.9");
    run("peer", "add", "office", "--public-key", FakeGateway.OFFICE, "--address", "10.99.0.10");
    assertThat(run("peer", "list").out())
        .isEqualTo(
            """
            NAME    ADDRESS        KEY                                           LAST HANDSHAKE
            home    10.99.0.2/32   dVovEC+l1dnDtSRtYaSjP1kjhyvAtl5n3B5l3tQtgiM=  -
            phone   10.99.0.9/32   %s  -
            office  10.99.0.10/32  %s  -
            """
                .formatted(FakeGateway.PHONE, FakeGateway.OFFICE));
    try (AdminServer _ = serve(gateway())) {
      assertThat(run("peer", "list").out().lines())
          .anyMatch(line -> line.startsWith("home ") && line.endsWith("  -"))
          .anyMatch(line -> line.startsWith("phone ") && line.endsWith("  never"))
          .anyMatch(line -> line.startsWith("office ") && line.endsWith(" ago"));
      assertThat(run("peer", "list", "--json").out())
          .isEqualTo(
              ("[{'name':'home','allowedIps':['10.99.0.2/32'],'publicKey':"
                      + "'dVovEC+l1dnDtSRtYaSjP1kjhyvAtl5n3B5l3tQtgiM=',"
                      + "'lastHandshakeEpochNanos':null},"
                      + "{'name':'phone','allowedIps':['10.99.0.9/32'],'publicKey':'%s',"
                      + "'lastHandshakeEpochNanos':0},"
                      + "{'name':'office','allowedIps':['10.99.0.10/32'],'publicKey':'%s',"
                      + "'lastHandshakeEpochNanos':%d}]\n")
                  .replace('\'', '"')
                  .formatted(FakeGateway.PHONE, FakeGateway.OFFICE, FakeGateway.HANDSHAKE_NS));
    }
  }

  @Test
  void shouldSayHowToBeginWhenThereIsNoFile() throws IOException {
    Files.delete(file);
    for (String command : new String[] {"add", "remove"}) {
      CommandRun run = run("peer", command, "x");
      assertThat(run.err())
          .isEqualTo(
              "taltun peer %s: %s does not exist; 'taltun up' writes one\n"
                  .formatted(command, file));
      assertThat(run.exitCode()).isEqualTo(2);
    }
    run("up");
    assertThat(run("peer", "list").out())
        .isEqualTo("no peers in " + file + "; add one with 'taltun peer add NAME'\n");
  }

  @Test
  void shouldExplainEachCommandAndCompleteIt() {
    for (String command : new String[] {"add", "remove", "list"}) {
      CommandRun run = run("peer", command, "--help");
      assertThat(run.out()).startsWith("Usage: taltun peer " + command).contains("Exit codes:");
      assertThat(run.exitCode()).isZero();
    }
    assertThat(run("completion").out()).contains("_picocli_taltun_peer_add", "--full-tunnel");
  }

  @Test
  void shouldKeepTheFileWhenTheGatewayHasTakenItAndSaysNoMore() throws IOException {
    FakeGateway gateway = gateway();
    gateway.silent = true;
    try (AdminServer _ = serve(gateway)) {
      CommandRun run = run("peer", "add", "tablet");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.err()).contains("fake0 has the change");
    }
    assertThat(config().peers().getLast().name()).isEqualTo("tablet");
    assertThat(gateway.config.peers().getLast().name()).isEqualTo("tablet");
  }

  @Test
  void shouldNotTakeBlanksAroundANameForAPartOfIt() throws IOException {
    CommandRun run = run("peer", "add", "tablet ");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(config().peers().getLast().name()).isEqualTo("tablet");
  }
}
