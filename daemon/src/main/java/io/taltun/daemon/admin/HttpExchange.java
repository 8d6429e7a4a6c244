package io.taltun.daemon.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One HTTP/1.1 request over a domain socket, which {@code java.net.http} cannot reach. The server
 * closes after its answer, and states the answer's length (RFC 9112, section 6).
 */
final class HttpExchange {
  static final int OK = 200;
  static final int NOT_FOUND = 404;
  static final int UNPROCESSABLE = 422;

  private static final int MOST_RESPONSE_BYTES = 16 << 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String LENGTH_FIELD = "\r\ncontent-length: ";

  /**
   * @param status three digits
   * @param body JSON
   */
  record Response(int status, byte[] body) {}

  private HttpExchange() {}

  static Response send(Path socket, String method, String path) throws IOException {
    return send(socket, method, path, new byte[0], TIMEOUT);
  }

  /**
   * @param body JSON
   * @param timeout until the answer is complete
   */
  static Response send(Path socket, String method, String path, byte[] body, Duration timeout)
      throws IOException {
    String request =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: taltun\r\nConnection: close\r\n"
            + "Content-Length: "
            + body.length
            + "\r\n\r\n";
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      channel.write(ByteBuffer.wrap(body));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      return parse(readAll(channel, selector, timeout));
    }
  }

  private static byte[] readAll(SocketChannel channel, Selector selector, Duration timeout)
      throws IOException {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    var all = new ByteArrayOutputStream();
    var buffer = ByteBuffer.allocate(16 << 10);
    int read = channel.read(buffer);
    while (read >= 0) {
      all.write(buffer.array(), 0, buffer.position());
      buffer.clear();
      if (all.size() > MOST_RESPONSE_BYTES) {
        throw new IOException("the answer has no end");
      }
      if (read == 0) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        if (leftMs <= 0) {
          throw new SocketTimeoutException("no answer within " + timeout.toSeconds() + " s");
        }
        selector.select(leftMs);
        selector.selectedKeys().clear();
      }
      read = channel.read(buffer);
    }
    return all.toByteArray();
  }

  private static Response parse(byte[] raw) throws IOException {
    String text = new String(raw, StandardCharsets.ISO_8859_1);
    int bodyStart = text.indexOf("\r\n\r\n") + 4;
    if (bodyStart < 4 || !text.matches("(?s)HTTP/1\\.1 [1-5][0-9]{2}[ \r].*")) {
      throw new IOException("the answer is not HTTP");
    }
    int status = Integer.parseInt(text.substring(9, 12));
    String head = text.substring(0, bodyStart).toLowerCase(java.util.Locale.ROOT);
    int field = head.indexOf(LENGTH_FIELD);
    if (field >= 0) {
      int valueStart = field + LENGTH_FIELD.length();
      String value = head.substring(valueStart, head.indexOf('\r', valueStart)).strip();
      if (!value.equals(Integer.toString(raw.length - bodyStart))) {
        throw new IOException("the answer was cut off");
      }
    }
    return new Response(status, java.util.Arrays.copyOfRange(raw, bodyStart, raw.length));
  }
}
