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
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class MetricsServiceTest {
  @AutoClose
  private final MetricsService service = new MetricsService(new FakeTelemetry("tal0"), false);

  private static final String LOOPBACK = "127.0.0.1";
  private static final String OTHER_LOOPBACK = "127.0.0.2";
  private static final String EVERYWHERE = "0.0.0.0";

  private static ServerSocket take(String host, int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.ofLiteral(host));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = take(EVERYWHERE, 0)) {
      return socket.getLocalPort();
    }
  }

  private static Metrics on(int port) {
    return on(LOOPBACK, port);
  }

  private static Metrics on(String host, int port) {
    return new Metrics(new HostPort(host, port));
  }

  private static boolean serves(int port) {
    return serves(LOOPBACK, port);
  }

  private static boolean serves(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port));
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
  void shouldNarrowAndWidenTheAddressWhenThePortStays() throws IOException {
    int port = freePort();
    service.use(on(EVERYWHERE, port));
    assertThat(serves(OTHER_LOOPBACK, port)).isTrue();
    service.use(on(port));
    assertThat(serves(port)).isTrue();
    assertThat(serves(OTHER_LOOPBACK, port)).isFalse();
    service.use(on(EVERYWHERE, port));
    assertThat(serves(port)).isTrue();
    assertThat(serves(OTHER_LOOPBACK, port)).isTrue();
  }

  /** By a reset where the server had not accepted it yet. */
  private static boolean ends(Socket reader) throws IOException {
    reader.setSoTimeout(10_000);
    try {
      return reader.getInputStream().read() == -1;
    } catch (SocketTimeoutException stillOpen) {
      return false;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void shouldNarrowTheAddressWhenAReaderIsConnected() throws IOException {
    int port = freePort();
    service.use(on(EVERYWHERE, port));
    try (Socket reader = new Socket(OTHER_LOOPBACK, port)) {
      service.use(on(port));
      assertThat(serves(port)).isTrue();
      assertThat(ends(reader)).isTrue();
    }
  }

  @Test
  void shouldServeNowhereUntilTheNextReloadWhenTheNewAddressIsTaken() throws IOException {
    int port = freePort();
    service.use(on(OTHER_LOOPBACK, port));
    try (ServerSocket _ = take(LOOPBACK, port)) {
      service.use(on(EVERYWHERE, port));
      assertThat(serves(OTHER_LOOPBACK, port)).isFalse();
    }
    service.use(on(EVERYWHERE, port));
    assertThat(serves(OTHER_LOOPBACK, port)).isTrue();
  }

  @Test
  void shouldLeaveNoOldAddressOpenWhenTheNewPortIsTaken() throws IOException {
    int port = freePort();
    service.use(on(EVERYWHERE, port));
    try (ServerSocket taken = take(LOOPBACK, 0)) {
      service.use(on(taken.getLocalPort()));
      assertThat(serves(port)).isFalse();
      service.use(on(EVERYWHERE, port));
      assertThat(serves(port)).isTrue();
    }
  }

  @Test
  void shouldTryAgainWhenAnEndingProcessHasThePort() throws Exception {
    int port = freePort();
    try (MetricsService heir = new MetricsService(new FakeTelemetry("tal0"), true)) {
      ServerSocket before = take(EVERYWHERE, port);
      Thread end = Thread.ofVirtual().start(() -> closeAfter(before, 100));
      heir.use(on(port));
      end.join();
      assertThat(serves(port)).isTrue();
    }
  }

  private static void closeAfter(ServerSocket socket, long ms) {
    try (socket) {
      Thread.sleep(ms);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldServeNothingOnceItIsClosed() throws IOException {
    int port = freePort();
    service.close();
    service.use(on(port));
    assertThat(serves(port)).isFalse();
  }
}
