package io.taltun.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.HostPort;
import io.taltun.config.Metrics;
import io.taltun.daemon.gateway.FakeTelemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class MetricsServiceTest {
  @AutoClose
  private final MetricsService service = new MetricsService(new FakeTelemetry("tal0"), false);

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static Metrics on(int port) {
    return new Metrics(new HostPort("127.0.0.1", port));
  }

  private static boolean serves(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void shouldFollowTheConfiguration() throws IOException {
    int first = freePort();
    int second = freePort();
    service.use(on(first));
    assertThat(serves(first)).isTrue();
    service.use(on(second));
    assertThat(serves(second)).isTrue();
    assertThat(serves(first)).isFalse();
    service.use(Metrics.OFF);
    assertThat(serves(second)).isFalse();
  }

  @Test
  void shouldGoOnWhereItWasWhenTheNewPortIsTaken() throws IOException {
    int port = freePort();
    service.use(on(port));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      service.use(on(taken.getLocalPort()));
      assertThat(serves(port)).isTrue();
    }
  }

  @Test
  void shouldServeNothingOnceItIsClosed() throws IOException {
    int port = freePort();
    service.close();
    service.use(on(port));
    assertThat(serves(port)).isFalse();
  }

  /** What is served on every address is, on this one, too. */
  private static boolean servesElsewhere(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), port));
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void shouldNarrowAndWidenTheAddressWhenThePortStays() throws IOException {
    int port = freePort();
    Metrics everywhere = new Metrics(new HostPort("0.0.0.0", port));
    for (int i = 0; i < 2; i++) {
      service.use(everywhere);
      assertThat(servesElsewhere(port)).isTrue();
      service.use(on(port));
      assertThat(servesElsewhere(port)).isFalse();
      assertThat(serves(port)).isTrue();
    }
  }
}
