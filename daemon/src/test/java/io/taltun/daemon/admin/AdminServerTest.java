package io.taltun.daemon.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.daemon.health.Health;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminServerTest {
  @TempDir Path folder;
  private Path socket;
  private AdminServer server;
  private AdminClient client;
  private final FakeGateway gateway = new FakeGateway("tal0");

  @BeforeEach
  void listen() throws IOException {
    socket = folder.resolve("tal0.sock");
    server = AdminServer.open(socket, gateway);
    client = new AdminClient(socket);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void shouldGiveStatusAndInfoBackAsTheyAre() throws IOException {
    assertThat(client.status()).isEqualTo(gateway.status());
    assertThat(client.info()).isEqualTo(gateway.info());
    client.health();
  }

  @Test
  void shouldAskAgainForEachAnswerWhenAnOffloadFallsBack() throws IOException {
    assertThat(client.info().features()).containsEntry("udp-gso", "on");
    gateway.fallBackFromUdpGso();
    assertThat(client.info().features())
        .containsEntry("udp-gso", "fallen back: input/output error");
    assertThat(client.status().modes().offloads())
        .containsEntry("udp-gso", "fallen back: input/output error");
  }

  @Test
  void shouldNeverShowAKey() throws IOException {
    String status = client.statusJson();
    assertThat(status).contains(FakeGateway.OFFICE, "\"presharedKey\":true");
    assertThat(status)
        .doesNotContain(gateway.privateKey().toBase64())
        .doesNotContain(gateway.presharedKey(FakeGateway.OFFICE).toBase64());
  }

  @Test
  void shouldAnswerBeforeItStops() throws Exception {
    client.stop();
    assertThat(gateway.stopRequested.await(1, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldSayWhoStallsWhenItIsNotWell() throws IOException {
    gateway.health = new Health(List.of("taltun-worker-1 has not answered for 5 s"));
    assertThatThrownBy(client::health)
        .isInstanceOf(IOException.class)
        .hasMessage("taltun-worker-1 has not answered for 5 s");
    assertThat(HttpExchange.send(socket, "GET", "/healthz").status()).isEqualTo(503);
  }

  @Test
  void shouldSayThatTheGatewayDoesNotAnswerWhenItDoesNot() {
    gateway.silent = true;
    assertThatThrownBy(client::status)
        .isInstanceOf(IOException.class)
        .hasMessage("the gateway does not answer; see its log");
    assertThatCode(client::health).doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() throws IOException {
    assertThat(HttpExchange.send(socket, "GET", "/nothing").status()).isEqualTo(404);
    assertThat(HttpExchange.send(socket, "POST", "/status").status()).isEqualTo(405);
    assertThat(HttpExchange.send(socket, "GET", "/stop").status()).isEqualTo(405);
    assertThat(gateway.stopRequested.getCount()).isOne();
  }

  @Test
  void shouldOutliveNonsense() throws IOException {
    for (String nonsense :
        new String[] {"\r\n\r\n", "GET\r\n\r\n", "x".repeat(100_000) + "\r\n\r\n"}) {
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(socket));
        channel.write(ByteBuffer.wrap(nonsense.getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException closedByTheServer) {
        // As good an answer as any.
      }
    }
    client.health();
  }
}
