package io.taltun.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.daemon.gateway.FakeTelemetry;
import io.taltun.daemon.health.Health;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

  private final FakeTelemetry telemetry = new FakeTelemetry("tal0");
  private final HttpClient client = HttpClient.newHttpClient();
  private MetricsServer server;

  @BeforeEach
  void listen() throws IOException {
    server = MetricsServer.open(ANY_PORT, telemetry);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldServeTheTextFormatOnOneConnectionAfterAnother()
      throws IOException, InterruptedException {
    telemetry.peers = FakeTelemetry.peers(2000);
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> response = send("GET", "/metrics");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type"))
          .hasValue("text/plain; version=0.0.4; charset=utf-8");
      assertThat(ExpositionText.parse(response.body()).get("taltun_peer_online").samples())
          .hasSize(2000);
    }
  }

  @Test
  void shouldServeThoseWhoSpeakHttp10() throws IOException {
    telemetry.peers = FakeTelemetry.peers(500);
    try (Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer.toLowerCase(java.util.Locale.ROOT)).doesNotContain("transfer-encoding");
      String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      assertThat(ExpositionText.parse(body).get("taltun_peer_online").samples()).hasSize(500);
    }
  }

  @Test
  void shouldSayWhetherTheGatewayIsWell() throws IOException, InterruptedException {
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
    telemetry.health = new Health(List.of("taltun-worker-1 has not answered for 5 s"));
    HttpResponse<String> response = send("GET", "/healthz");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).isEqualTo("taltun-worker-1 has not answered for 5 s\n");
    assertThat(send("GET", "/metrics").body()).contains("taltun_healthy{interface=\"tal0\"} 0\n");
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() throws IOException, InterruptedException {
    assertThat(send("GET", "/").statusCode()).isEqualTo(404);
    assertThat(send("POST", "/metrics").statusCode()).isEqualTo(405);
    assertThat(send("HEAD", "/metrics").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/metrics?name=x").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldOutliveNonsenseAndReadersThatGoAway() throws IOException, InterruptedException {
    telemetry.peers = FakeTelemetry.peers(5000);
    for (String request :
        List.of("\r\n\r\n", "x".repeat(100_000), "GET /metrics HTTP/1.1\r\n\r\n")) {
      try (Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException closedByTheServer) {
        // As good an answer as any.
      }
    }
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldSayThatThePortIsTaken() {
    assertThatThrownBy(() -> MetricsServer.open(server.address(), telemetry))
        .isInstanceOf(IOException.class)
        .hasMessage("Address already in use");
  }

  @Test
  void shouldAnswerRequestsThatCameTogetherOneAfterTheOther() throws IOException {
    telemetry.peers = FakeTelemetry.peers(500);
    String ask = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
    String last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    try (Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
      socket.getOutputStream().write((ask + ask + last).getBytes(StandardCharsets.US_ASCII));
      String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answers.split("HTTP/1\\.1 200 OK", -1)).hasSize(4);
      assertThat(answers).endsWith("ok\n");
    }
  }

  @Test
  void shouldReadNoMoreRequestsThanItAnswers() throws Exception {
    telemetry.peers = FakeTelemetry.peers(2000);
    byte[] asks =
        "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500).getBytes(StandardCharsets.US_ASCII);
    try (SocketChannel flood = SocketChannel.open(server.address())) {
      flood.configureBlocking(false);
      // Until the kernel's buffers are full, which they would never be if all of it were read.
      long written = 0;
      int refused = 0;
      while (refused < 20) {
        int more = flood.write(ByteBuffer.wrap(asks));
        written += more;
        refused = more == 0 ? refused + 1 : 0;
        if (more == 0) {
          Thread.sleep(10);
        }
        assertThat(written).isLessThan(64 << 20);
      }
      assertThat(telemetry.asked).isLessThan(200);
    }
  }
}
