package io.taltun.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.daemon.gateway.DeviceChange;
import io.taltun.daemon.gateway.FakeGateway;
import io.taltun.dataplane.os.Errno;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Reads until an empty line or the end has come {@code answers} times. */
  private static String receive(SocketChannel channel, int answers) throws IOException {
    StringBuilder text = new StringBuilder();
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    int ends = 0;
    while (ends < answers) {
      buffer.clear();
      int length = channel.read(buffer);
      if (length < 0) {
        return text + "<closed>";
      }
      for (int i = 0; i < length; i++) {
        text.append((char) buffer.get(i));
        int last = text.length() - 1;
        if (last > 0 && text.charAt(last) == '\n' && text.charAt(last - 1) == '\n') {
          ends++;
        }
      }
    }
    return text.toString();
  }

  private String exchange(String request, int answers) throws IOException {
    try (SocketChannel channel = connect()) {
      send(channel, request);
      return receive(channel, answers);
    }
  }

  @Test
  void shouldGiveTheWholeDevice() throws IOException {
    assertThat(exchange("get=1\n\n", 1)).isEqualTo(WHOLE_DEVICE);
  }

  @Test
  void shouldServeSeveralOperationsOnAConnection() throws IOException {
    assertThat(exchange("get=1\n\nset=1\nlisten_port=1\n\n\nget=1\n\n", 3))
        .isEqualTo(WHOLE_DEVICE + "errno=0\n\n" + WHOLE_DEVICE);
    assertThat(gateway.changes).containsExactly(new DeviceChange(null, 1, null, false, List.of()));
  }

  @Test
  void shouldChangeNothingWhenALineIsBad() throws IOException {
    assertThat(exchange("set=1\nlisten_port=1\nlisten_port=x\nfwmark=1\n\nget=1\n\n", 2))
        .isEqualTo("errno=-22\n\n" + WHOLE_DEVICE);
    assertThat(exchange("set=1\nlisten_port\n\n", 1)).isEqualTo("errno=-71\n\n");
    assertThat(gateway.changes).isEmpty();
  }

  @Test
  void shouldAnswerWithTheGatewaysErrorWhenAChangeCannotBeMade() throws IOException {
    gateway.refusal = Errno.EADDRINUSE;
    assertThat(exchange("set=1\nlisten_port=1\n\n", 1)).isEqualTo("errno=-98\n\n");
  }

  @Test
  void shouldChangeNothingWhenASetBreaksOff() throws Exception {
    try (SocketChannel channel = connect()) {
      send(channel, "set=1\nlisten_port=1\n");
    }
    assertThat(exchange("get=1\n\n", 1)).isEqualTo(WHOLE_DEVICE);
    assertThat(gateway.changes).isEmpty();
  }

  @Test
  void shouldPutLinesTogetherWhateverPiecesTheyComeIn() throws IOException {
    try (SocketChannel channel = connect()) {
      for (String character : "set=1\nfwmark=12\n\n".split("")) {
        send(channel, character);
        Thread.onSpinWait();
      }
      assertThat(receive(channel, 1)).isEqualTo("errno=0\n\n");
    }
    assertThat(gateway.changes.getFirst().fwmark()).isEqualTo(12);
  }

  @Test
  void shouldServeTwoClientsAtOnce() throws IOException {
    try (SocketChannel one = connect();
        SocketChannel other = connect()) {
      send(one, "set=1\nlisten_port=1\n");
      send(other, "set=1\nlisten_port=2\n\nget=1\n\n");
      assertThat(receive(other, 2)).isEqualTo("errno=0\n\n" + WHOLE_DEVICE);
      send(one, "\n");
      assertThat(receive(one, 1)).isEqualTo("errno=0\n\n");
    }
    assertThat(gateway.changes).extracting(DeviceChange::listenPort).containsExactly(2, 1);
  }

  @Test
  void shouldGiveHundredsOfThousandsOfPrefixesToASlowReaderWithOthersServedMeanwhile()
      throws IOException {
    gateway.prefixes =
        IntStream.range(0, 300_000)
            .mapToObj(i -> "10." + (i >> 16) + "." + (i >> 8 & 0xff) + "." + (i & 0xff) + "/32")
            .toList();
    String prefixes =
        gateway.prefixes.stream()
            .map(prefix -> "allowed_ip=" + prefix + "\n")
            .collect(Collectors.joining());
    String expected = WHOLE_DEVICE.replace("allowed_ip=fd99::3/128\n", prefixes);
    try (SocketChannel slow = connect()) {
      send(slow, "get=1\n\nset=1\nlisten_port=3\n\n");
      assertThat(exchange("set=1\nlisten_port=2\n\n", 1)).isEqualTo("errno=0\n\n");
      assertThat(gateway.changes).hasSize(1);
      assertThat(receive(slow, 2)).isEqualTo(expected + "errno=0\n\n");
    }
    assertThat(gateway.changes).extracting(DeviceChange::listenPort).containsExactly(2, 3);
  }

  @Test
  void shouldTakeHundredsOfThousandsOfPrefixesInOneSet() throws IOException {
    StringBuilder set = new StringBuilder("set=1\npublic_key=" + "01".repeat(32) + "\n");
    IntStream.range(0, 300_000)
        .forEach(i -> set.append("allowed_ip=fd99::%x:%x/128\n".formatted(i >> 16, i & 0xffff)));
    assertThat(exchange(set + "\n", 1)).isEqualTo("errno=0\n\n");
    assertThat(gateway.changes.getFirst().peers().getFirst().allowedIps()).hasSize(300_000);
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
