package io.taltun.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.ConfigReader;
import io.taltun.config.ConfigResult;
import io.taltun.daemon.admin.AdminServer;
import io.taltun.daemon.admin.SuccessorStart;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.reload.Reloader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class RunningGatewaysTest {
  @TempDir Path folder;
  private final List<AdminServer> servers = new ArrayList<>();

  @AfterEach
  void closeServers() {
    servers.forEach(AdminServer::close);
  }

  private FakeGateway gateway(String name) throws IOException {
    FakeGateway gateway = new FakeGateway(name);
    servers.add(AdminServer.open(folder.resolve("run/" + name + ".sock"), gateway));
    return gateway;
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(CommandRun.host(folder, CommandRun.ROOT, ""), arguments);
  }

  @Test
  void shouldShowAGateway() throws IOException {
    gateway("fake0");
    CommandRun run = run("status", "fake0");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("fake0  public key ").contains("office", "phone", "replay 3");
    assertThat(run("status", "--json").out())
        .startsWith("{\"name\":\"fake0\",")
        .contains(
            "\"modes\":{\"workers\":2,\"mode\":\"pinned\",\"offloads\":{\"tun-tso\":\"on\","
                + "\"tun-uso\":\"unavailable: invalid argument\",\"tun-gro\":\"off\","
                + "\"udp-gso\":\"on\",\"udp-gro\":\"on\"},\"aead\":\"libcrypto/split\"}")
        .hasLineCount(1);
  }

  @Test
  void shouldShowAllGatewaysWhenNoneIsNamed() throws IOException {
    gateway("fake1");
    gateway("fake0");
    assertThat(run("status").out()).containsSubsequence("fake0  public", "\n\nfake1  public");
  }

  @Test
  void shouldSayWhichGatewaysThereAre() throws IOException {
    for (String command : new String[] {"status", "down", "reload"}) {
      CommandRun none = run(command);
      assertThat(none.err())
          .isEqualTo("taltun " + command + ": no gateway answers; start one with 'taltun up'\n");
      assertThat(none.exitCode()).isOne();
    }
    gateway("fake0");
    gateway("fake1");
    CommandRun other = run("down", "fake7");
    assertThat(other.err())
        .isEqualTo("taltun down: no gateway named fake7 answers; running: fake0, fake1\n");
    assertThat(other.exitCode()).isOne();
    CommandRun several = run("down");
    assertThat(several.err())
        .isEqualTo("taltun down: several gateways run, name one of them: fake0, fake1\n");
    assertThat(several.exitCode()).isEqualTo(2);
  }

  @Test
  void shouldExplainAnAddress() throws IOException {
    gateway("fake0");
    CommandRun run = run("why", "192.168.50.7");
    assertThat(run.out())
        .isEqualTo(
            """
            192.168.50.7
              kernel      unicast, by fake0, from 10.99.0.1
              device      fake0, up
              peer        office, for its 192.168.50.0/24, online
              endpoint    203.0.113.5:51820
              session     1m 2s old
              heard       3s ago, sent to 4s ago
              dropped     no_route 2 (of the whole gateway)
            it goes to peer office at 203.0.113.5:51820 under a session of 62 s; it was last heard 3 s ago. If there is no answer from 192.168.50.7, look behind the peer: its forwarding, its firewall, the way back
            """);
    assertThat(run("why", "fd00::7", "fake0", "--json").out())
        .startsWith("{\"address\":\"fd00::7\",\"device\":\"fake0\"")
        .hasLineCount(1);
    CommandRun wrong = run("why", "10.0.0.0/8");
    assertThat(wrong.err())
        .isEqualTo(
            "taltun why: '10.0.0.0/8' is not an IPv4 or IPv6 address; try 'taltun why --help'\n");
    assertThat(wrong.exitCode()).isEqualTo(2);
  }

  @Test
  void shouldWaitUntilAStoppedGatewayIsGone() throws Exception {
    FakeGateway gateway = gateway("fake0");
    Thread closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    gateway.stopRequested.await();
                    Thread.sleep(100);
                    servers.getFirst().close();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    CommandRun run = run("down");
    assertThat(run.out()).isEqualTo("fake0 is down\n");
    assertThat(run.exitCode()).isZero();
    closer.join();
  }

  /** A gateway that was started from a file, which this writes. */
  private FakeGateway configured(String yaml) throws IOException {
    FakeGateway gateway = new FakeGateway("fake0");
    write(yaml);
    gateway.config = ((ConfigResult.Valid) ConfigReader.read(file())).config();
    servers.add(
        AdminServer.open(
            folder.resolve("run/fake0.sock"), gateway, new Reloader(gateway, file()), null));
    return gateway;
  }

  private Path file() {
    return folder.resolve("fake.yaml");
  }

  private void write(String yaml) throws IOException {
    Files.deleteIfExists(file());
    SecretFile.create(file(), yaml);
  }

  private static final String YAML =
      """
      interface:
        name: fake0
        private-key: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
      peers:
        - name: office
          public-key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
          allowed-ips: [10.99.0.2/32]
      """;

  @Test
  void shouldReloadAndTellWhatChanged() throws IOException {
    configured(YAML);
    assertThat(run("reload").out()).isEqualTo("fake0: nothing to change\n");
    write(YAML.replace("10.99.0.2/32", "10.99.0.3/32") + "tuning:\n  aead: split\n");
    String change = "~ peer office: allowed-ips +10.99.0.3/32 -10.99.0.2/32\n";
    for (int i = 0; i < 2; i++) {
      assertThat(run("reload", "--dry-run").out()).isEqualTo(change + "fake0 would be reloaded\n");
    }
    CommandRun run = run("reload", "fake0");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(change + "fake0 is reloaded\n");
    assertThat(run.err()).isEqualTo("needs a restart of fake0: tuning aead auto -> split\n");
    assertThat(run("reload").out()).isEqualTo("fake0: nothing to change\n");
  }

  @Test
  void shouldNameThePlacesWhenTheFileIsBad() throws IOException {
    FakeGateway gateway = configured(YAML);
    write(YAML.replace("10.99.0.2/32", "10.99.0.2/33").replace("name: office", "nam: office"));
    for (String[] arguments : new String[][] {{"reload"}, {"reload", "--dry-run"}}) {
      CommandRun run = run(arguments);
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.out()).isEmpty();
      assertThat(run.err().lines())
          .containsExactly(
              file() + ":5:5: unknown key `nam` in a peer; did you mean `name`?",
              file() + ":7:19: allowed-ips: `10.99.0.2/33` needs a prefix length from 0 to 32",
              "taltun reload: 2 errors in "
                  + file()
                  + "; nothing was changed, correct and try again");
    }
    assertThat(gateway.config.peers().getFirst().allowedIps()).hasSize(1);
  }

  @Test
  void shouldSayWhatStoodInTheWayOfAReload() throws IOException {
    configured(YAML).obstacle = "cannot bind UDP port 7: address in use";
    CommandRun run = run("reload");
    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).isEqualTo("taltun reload: cannot bind UDP port 7: address in use\n");
  }

  @Test
  void shouldTakeAnotherFileFromThenOn() throws IOException {
    configured(YAML);
    Path other = folder.resolve("other.yaml");
    SecretFile.create(other, YAML.replace("office", "home"));
    assertThat(run("reload", "-c", other.toString()).out()).contains("name office -> home");
    Files.delete(file());
    assertThat(run("reload").out()).isEqualTo("fake0: nothing to change\n");
  }

  @Test
  void shouldNotReloadADeviceThatHasNoFile() throws IOException {
    gateway("fake0");
    CommandRun run = run("reload");
    assertThat(run.err())
        .isEqualTo("taltun reload: fake0 has no configuration file; change it with 'wg set'\n");
    assertThat(run.exitCode()).isOne();
  }

  @Test
  void shouldRefuseASecondGatewayOfAName() throws IOException {
    gateway("tal0");
    run("up"); // writes the file, whose gateway is tal0
    for (String[] arguments : new String[][] {{"up"}, {"up", "--daemon"}}) {
      CommandRun second = run(arguments);
      assertThat(second.err())
          .isEqualTo(
              "taltun up: a gateway named tal0 runs already; stop it with 'taltun down tal0'\n");
      assertThat(second.exitCode()).isOne();
    }
  }

  @Test
  void shouldHintAtRootWhenAUserSeesNothing() {
    CommandRun run = CommandRun.of(CommandRun.host(folder, CommandRun.USER, ""), "status");
    assertThat(run.err())
        .isEqualTo(
            "taltun status: no gateway answers to this user (run this as root);"
                + " start one with 'taltun up'\n");
  }

  private CommandRun takeOver(SuccessorStart successor) throws IOException {
    return takeOver(successor, "fake0");
  }

  private CommandRun takeOver(SuccessorStart successor, String running) throws IOException {
    Path yaml = Files.createDirectories(folder.resolve("etc")).resolve("peers.yaml");
    SecretFile.create(
        yaml,
        """
        interface:
          name: fake0
          private-key: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
        """);
    FakeGateway gateway = new FakeGateway(running);
    Path socket = folder.resolve("run/" + running + ".sock");
    servers.add(AdminServer.open(socket, gateway, new Reloader(gateway, yaml), successor));
    return run("up", "--takeover");
  }

  @Test
  void shouldHaveTheServiceStartTheProcessThatTakesItOver() throws IOException {
    Path socket = folder.resolve("run/fake0.sock");
    CommandRun run =
        takeOver(
            file -> {
              // As the new process does: its socket in the place of the old one's.
              Files.delete(socket);
              servers.add(AdminServer.open(socket, new FakeGateway("fake0")));
              return ProcessHandle.current().pid();
            });
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            "fake0 goes on in process %d, as the same service\n"
                .formatted(ProcessHandle.current().pid()));
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void shouldSayThatItGoesOnWhenTheServiceStartsNoProcess() throws IOException {
    CommandRun run =
        takeOver(
            file -> {
              throw new IOException("there is no memory");
            });
    assertThat(run.err()).isEqualTo("taltun up: fake0 goes on as it was: there is no memory\n");
    assertThat(run.exitCode()).isOne();
  }

  @Test
  void shouldSayThatItGoesOnWhenTheProcessOfTheServiceEnds() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    CommandRun run = takeOver(file -> ended.pid());
    assertThat(run.err())
        .isEqualTo(
            "taltun up: fake0 goes on as it was: process %d has ended; its service's log says why\n"
                .formatted(ended.pid()));
    assertThat(run.exitCode()).isOne();
  }

  @Test
  void shouldSayThatThereIsNothingToTakeOver() throws IOException {
    CommandRun run = takeOver(null, "fake1");
    assertThat(run.err()).isEqualTo("taltun up: no gateway named fake0 answers; running: fake1\n");
    assertThat(run.exitCode()).isOne();
  }

  @Test
  void shouldTakeOverItselfWhenTheGatewayIsNobodysService() throws IOException {
    CommandRun run = takeOver(null);
    assertThat(run.err()).isEqualTo("taltun up: nothing can be taken over\n");
    assertThat(run.exitCode()).isOne();
  }
}
