package io.taltun.daemon.cli.demo;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/** One TCP connection through the tunnel; each side runs on the thread in its namespace. */
final class Transfer {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int PORT = 5201;

  /** Bytes that have arrived; written by the receiving side. */
  private final AtomicLong received = new AtomicLong();

  private final MessageDigest sentDigest;
  private final MessageDigest receivedDigest;

  private Transfer(MessageDigest sentDigest, MessageDigest receivedDigest) {
    this.sentDigest = sentDigest;
    this.receivedDigest = receivedDigest;
  }

  /** Both sides take the SHA-256 of what they see. */
  static Transfer checked() {
    try {
      return new Transfer(
          MessageDigest.getInstance("SHA-256"), MessageDigest.getInstance("SHA-256"));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Nothing but TCP. */
  static Transfer plain() {
    return new Transfer(null, null);
  }

  long received() {
    return received.get();
  }

  /** Listens; kept apart from {@link #receive} so that the sender cannot come too early. */
  static ServerSocketChannel listen(InetAddress address) throws IOException {
    return ServerSocketChannel.open().bind(new InetSocketAddress(address, PORT));
  }

  /**
   * Sends random bytes while {@code more} says so of the bytes sent, at most {@code limit}.
   *
   * @return the digest in checked transfers
   */
  byte[] send(InetAddress target, long limit, LongPredicate more) throws IOException {
    byte[] block = new byte[CHUNK_BYTES];
    // The content is not a secret; no part of the stream repeats another because of the count in
    // it.
    new Random(PORT).nextBytes(block);
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(target, PORT))) {
      long sent = 0;
      while (sent < limit && more.test(sent)) {
        int length = (int) Math.min(CHUNK_BYTES, limit - sent);
        chunk.clear().put(block, 0, length).putLong(0, sent).flip();
        if (sentDigest != null) {
          sentDigest.update(chunk.duplicate());
        }
        while (chunk.hasRemaining()) {
          channel.write(chunk);
        }
        sent += length;
      }
    }
    return sentDigest == null ? null : sentDigest.digest();
  }

  /**
   * Receives until the sender has finished.
   *
   * @return the digest in checked transfers
   */
  byte[] receive(ServerSocketChannel server) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    try (server;
        SocketChannel channel = server.accept()) {
      int length = channel.read(chunk);
      if (length < 0) {
        throw new EOFException("the connection ended before its first byte");
      }
      while (length >= 0) {
        chunk.flip();
        if (receivedDigest != null) {
          receivedDigest.update(chunk);
        }
        received.addAndGet(length);
        chunk.clear();
        length = channel.read(chunk);
      }
    }
    return receivedDigest == null ? null : receivedDigest.digest();
  }
}
