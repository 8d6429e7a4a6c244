package io.taltun.daemon.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taltun.config.ConfigReader;
import io.taltun.config.ConfigResult;
import io.taltun.config.PeerConfig;
import io.taltun.config.TaltunConfig;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.reload.Reloader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a POST changes. */
class AdminChangesTest {
  private static final String PSK = "FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=";
  private static final String YAML =
      """
      interface:
        name: tal0
        private-key: yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
        address: [10.99.0.1/24]
        routes: [192.168.9.0/24]
      peers:
        - name: office
          public-key: %s
          preshared-key: %s
          endpoint: 192.0.2.1:51820
          allowed-ips: [10.99.0.2/32]
      """
          .formatted(FakeGateway.OFFICE, PSK);

  @TempDir Path folder;
  private AdminServer server;
  private final FakeGateway gateway = new FakeGateway("tal0");

  @BeforeEach
  void listen() throws IOException {
    gateway.config =
        ((ConfigResult.Valid) ConfigReader.parse(YAML, folder.resolve("tal0.yaml"))).config();
    Reloader reloader = new Reloader(gateway, folder.resolve("tal0.yaml"));
    server = AdminServer.open(folder.resolve("tal0.sock"), gateway, reloader, null);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private HttpExchange.Response post(String path, String body) throws IOException {
    return HttpExchange.send(
        folder.resolve("tal0.sock"),
        "POST",
        path,
        body.replace("OFFICE", FakeGateway.OFFICE)
            .replace("PHONE", FakeGateway.PHONE)
            .replace('\'', '"')
            .getBytes(StandardCharsets.UTF_8),
        Duration.ofSeconds(20));
  }

  private JsonNode json(HttpExchange.Response response) throws IOException {
    return AdminJson.MAPPER.readTree(response.body());
  }

  private String refused(String path, String body) throws IOException {
    TaltunConfig before = gateway.config;
    HttpExchange.Response response = post(path, body);
    assertThat(response.status()).as(body).isEqualTo(422);
    assertThat(gateway.config).isSameAs(before);
    return json(response).path("error").asText();
  }

  private PeerConfig peer(int index) {
    return gateway.config.peers().get(index);
  }

  @Test
  void shouldAddChangeAndRemovePeers() throws IOException {
    HttpExchange.Response added =
        post(
            "/peers",
            "{'set':[{'publicKey':'PHONE','name':'phone','allowedIps':['10.99.0.3/24'],"
                + "'endpoint':'phone.example.org:7'},"
                + "{'publicKey':'OFFICE','persistentKeepaliveSeconds':25}]}");
    assertThat(added.status()).isEqualTo(200);
    assertThat(json(added).path("changes"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "~ peer office: persistent-keepalive 10s -> 25s",
            "+ peer phone: endpoint phone.example.org:7, allowed-ips 10.99.0.0/24,"
                + " persistent-keepalive 10s");
    assertThat(peer(0).presharedKey().toBase64()).as("left alone").isEqualTo(PSK);

    post("/peers", "{'set':[{'publicKey':'OFFICE','presharedKey':'none','endpoint':'none'}]}");
    assertThat(peer(0).presharedKey().isNone()).isTrue();
    assertThat(peer(0).endpoint()).isNull();

    assertThat(post("/peers", "{'remove':['OFFICE'],'dryRun':true}").status()).isEqualTo(200);
    assertThat(gateway.config.peers()).hasSize(2);
    post("/peers", "{'remove':['OFFICE']}");
    assertThat(gateway.config.peers()).extracting(PeerConfig::name).containsExactly("phone");
    assertThat(gateway.config.iface().privateKey()).isEqualTo(gateway.privateKey());
  }

  @Test
  void shouldRefusePeersThatAFileCouldNotHold() throws IOException {
    String set = "{'set':[{'publicKey':'PHONE',%s}]}";
    assertThat(refused("/peers", set.formatted("'allowedIps':['10.99.0.2/32']")))
        .isEqualTo("10.99.0.2/32 is already routed to office; a prefix belongs to one peer");
    assertThat(refused("/peers", set.formatted("'allowedIps':['10.99.0.1']")))
        .isEqualTo("10.99.0.1/32 is the gateway's own address; give the peer another");
    assertThat(refused("/peers", set.formatted("'name':'office'")))
        .isEqualTo("the name office is taken by another peer; choose another");
    assertThat(refused("/peers", set.formatted("'name':'#'"))).contains("cannot name a peer");
    assertThat(refused("/peers", set.formatted("'endpoint':'x'"))).contains("is not HOST:PORT");
    assertThat(refused("/peers", set.formatted("'persistentKeepaliveSeconds':65536")))
        .isEqualTo("persistentKeepaliveSeconds is 0 to 65535");
    assertThat(refused("/peers", "{'set':[{'name':'x'}]}"))
        .isEqualTo("publicKey is missing in a peer");
    assertThat(refused("/peers", "{'remove':['PHONE']}"))
        .isEqualTo("no peer has the public key " + FakeGateway.PHONE + "; see GET /peers");
    assertThat(refused("/peers", "{'set':[{'publicKey':'%s'}]}".formatted(own())))
        .isEqualTo("this is the gateway's own public key; give the other side's");
  }

  private String own() {
    return gateway.status().publicKey();
  }

  @Test
  void shouldAddAndRemoveRoutes() throws IOException {
    assertThat(
            json(post("/routes", "{'add':['172.16.0.0/12'],'remove':['192.168.9.0/24']}"))
                .path("changes"))
        .extracting(JsonNode::asText)
        .containsExactly("~ interface: routes +172.16.0.0/12 -192.168.9.0/24");
    assertThat(refused("/routes", "{'remove':['10.99.0.2/32']}"))
        .startsWith("10.99.0.2/32 is none of the routes that were set by themselves");
    assertThat(refused("/routes", "{'add':['nonsense']}")).contains("is not an IP address");
    JsonNode routes = json(HttpExchange.send(folder.resolve("tal0.sock"), "GET", "/routes"));
    assertThat(routes.toString())
        .isEqualTo("[{\"destination\":\"192.168.50.0/24\",\"table\":254}]");
    JsonNode peers = json(HttpExchange.send(folder.resolve("tal0.sock"), "GET", "/peers"));
    assertThat(peers.get(0).path("name").asText()).isEqualTo("office");
  }

  @Test
  void shouldShowNoKeyWhenTheBodyIsNotWhatIsTaken() throws IOException {
    for (String body :
        new String[] {
          "{'set':[{'publicKey':'PHONE','presharedKey':{'%s':1}}]}",
          "{'set':[{'publicKey':'PHONE','presharedkey':'%s'}]}",
          "{'set':'%s'}",
          "%s",
          "{'set':[]} '%s'",
          "{'set':[{'publicKey':'PHONE','presharedKey':'%s'"
        }) {
      assertThat(refused("/peers", body.formatted(PSK)))
          .startsWith("the body is not the JSON that is taken here")
          .doesNotContain(PSK.substring(0, 8));
    }
    assertThat(refused("/peers", "{'set':[{'publicKey':'PHONE','presharedKey':'x%s'}]}"))
        .doesNotContain(PSK);
  }

  @Test
  void shouldRefuseAPostWhereOnlyAGetIsTaken() throws IOException {
    assertThat(post("/status", "{}").status()).isEqualTo(405);
    HttpExchange.Response get = HttpExchange.send(folder.resolve("tal0.sock"), "GET", "/reload");
    assertThat(get.status()).isEqualTo(405);
    assertThat(json(get).path("error").asText()).isEqualTo("/reload takes POST");
    HttpExchange.Response put = HttpExchange.send(folder.resolve("tal0.sock"), "PUT", "/peers");
    assertThat(json(put).path("error").asText()).isEqualTo("/peers takes GET and POST");
  }

  @Test
  void shouldConflictWhenTheMachineRefuses() throws IOException {
    gateway.obstacle = "cannot add route";
    HttpExchange.Response response = post("/routes", "{'add':['172.16.0.0/12']}");
    assertThat(response.status()).isEqualTo(409);
    assertThat(json(response).path("error").asText()).isEqualTo("cannot add route");
  }

  @Test
  void shouldAnswerInTheOrderOfTheRequestsWhenTheyCameAtOnce() throws IOException {
    gateway.late = true;
    String change = "{\"set\":[]}";
    byte[] pipelined =
        ("POST /peers HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(change.length(), change)
                + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
            .repeat(20)
            .concat("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(folder.resolve("tal0.sock")));
      channel.write(ByteBuffer.wrap(pipelined));
      String answers =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
      List<String> statuses =
          Pattern.compile("HTTP/1.1 (\\d+)")
              .matcher(answers)
              .results()
              .map(result -> result.group(1))
              .toList();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        expected.addAll(List.of("200", "404"));
      }
      expected.add("200");
      assertThat(statuses).isEqualTo(expected);
    }
  }
}
