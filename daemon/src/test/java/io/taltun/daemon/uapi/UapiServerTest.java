package io.taltun.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.daemon.gateway.FakeGateway;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class UapiServerTest {
  private static final String WHOLE_DEVICE =
      """
      private_key=c809f3e5317e9575c9b5ed78b638b7ce530dabe85ddab614220241801ddf0669
      listen_port=51820
      fwmark=51820
      public_key=c53201039adba14be71f886da1d8dbe9eebded08cb111b75340078999aa9f038
      preshared_key=1690b2870b3d731c16a15e3110bb5f26f8c937ecd05513c84a59515a07a8a551
      protocol_version=1
      endpoint=203.0.113.5:51820
      last_handshake_time_sec=1763712000
      last_handshake_time_nsec=123456789
      tx_bytes=2048
      rx_bytes=1572864
      persistent_keepalive_interval=25
      allowed_ip=10.99.0.2/32
      allowed_ip=192.168.50.0/24
      public_key=4eb32f4a83f88d842563a448cc181bb2c42a637bf12363e2fb2ef594e5965d7d
      protocol_version=1
      last_handshake_time_sec=0
      last_handshake_time_nsec=0
      tx_bytes=0
      rx_bytes=0
      persistent_keepalive_interval=0
      allowed_ip=fd99::3/128
      errno=0

      """;

  @TempDir Path folder;
  private Path socket;
  private UapiServer server;
  private final FakeGateway gateway = new FakeGateway("tal0");

  @BeforeEach
  void listen() throws IOException {
    socket = folder.resolve("tal0.sock");
    server = UapiServer.open(socket, gateway);
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** Sends, and reads until an empty line or the end has come {@code answers} times. */
  private String exchange(String request, int answers) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      StringBuilder text = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      while (text.toString().split("\n\n", -1).length <= answers) {
        buffer.clear();
        int length = channel.read(buffer);
        if (length < 0) {
          return text + "<closed>";
        }
        text.append(new String(buffer.array(), 0, length, StandardCharsets.US_ASCII));
      }
      return text.toString();
    }
  }

  @Test
  void shouldGiveTheWholeDevice() throws IOException {
    assertThat(exchange("get=1\n\n", 1)).isEqualTo(WHOLE_DEVICE);
  }

  @Test
  void shouldServeSeveralOperationsOnAConnection() throws IOException {
    assertThat(exchange("get=1\n\nset=1\nlisten_port=1\n\nget=1\n\n", 3))
        .isEqualTo(WHOLE_DEVICE + "errno=-95\n\n" + WHOLE_DEVICE);
  }

  @Test
  void shouldRefuseWhatIsNoOperation() throws IOException {
    assertThat(exchange("put=1\n\n", 2)).startsWith("errno=-22\n\n").endsWith("<closed>");
    assertThat(exchange("get=1\nx=y\n\n", 2)).startsWith("errno=-22\n\n").endsWith("<closed>");
  }

  @Test
  void shouldRefuseALineWithoutEnd() throws IOException {
    assertThat(exchange("set=1\n" + "x".repeat(1500), 2)).isEqualTo("errno=-71\n\n<closed>");
  }

  @Test
  void shouldAnswerWhenTheGatewayDoesNot() throws IOException {
    gateway.silent = true;
    assertThat(exchange("get=1\n\n", 1)).isEqualTo("errno=-5\n\n");
  }
}
