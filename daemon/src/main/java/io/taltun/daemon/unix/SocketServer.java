package io.taltun.daemon.unix;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/**
 * A server on a domain socket with mode 0600, with an event loop thread of its own: a handler may
 * block on the gateway for the second that its answers may take.
 */
public final class SocketServer implements AutoCloseable {
  private static final long CLOSE_TIMEOUT_MS = 500;
  private static final boolean EPOLL = Epoll.isAvailable();

  static {
    // Channels get names that are unique on this machine; Netty would look for a network card's
    // address to make them unique everywhere, and complain in a namespace that has none.
    if (System.getProperty("io.netty.machineId") == null) {
      System.setProperty("io.netty.machineId", "02:00:00:00:00:01");
    }
  }

  private final Path socket;
  private final MultiThreadIoEventLoopGroup loop;
  private final ServerBootstrap bootstrap;

  // Guarded by this: written by listen() and close().
  private Channel channel;
  private Object identity = "";
  private boolean closed;

  private SocketServer(Path socket, MultiThreadIoEventLoopGroup loop, ServerBootstrap bootstrap) {
    this.socket = socket;
    this.loop = loop;
    this.bootstrap = bootstrap;
  }

  /**
   * Listens; a socket file of a dead process is replaced.
   *
   * @param socket an absolute path of at most 107 bytes
   * @param threadName for the event loop
   * @param pipeline set up for each connection
   * @throws SocketInUseException when a live process listens there
   * @throws IOException when it cannot be made
   */
  public static SocketServer open(
      Path socket, String threadName, ChannelInitializer<Channel> pipeline) throws IOException {
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > SocketFile.MOST_PATH_BYTES) {
      throw new IOException(
          socket + " is longer than the " + SocketFile.MOST_PATH_BYTES + " bytes of a socket");
    }
    SocketFile.makeFolder(socket.getParent());
    if (SocketFile.isLive(socket)) {
      throw new SocketInUseException(socket);
    }
    IoHandlerFactory io = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerChannel> type =
        EPOLL ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    var loop = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(threadName, true), io);
    var bootstrap = new ServerBootstrap().group(loop).channel(type).childHandler(pipeline);
    try {
      var server = new SocketServer(socket, loop, bootstrap);
      server.listen();
      return server;
    } catch (IOException | RuntimeException e) {
      shutDown(loop);
      throw e;
    }
  }

  /**
   * Listens again if another process has put its own socket in this one's place, or taken it away.
   * Connections that there are go on. Any thread.
   *
   * @throws IOException when it cannot be made
   */
  public synchronized void listenAgain() throws IOException {
    if (!closed && !SocketFile.identity(socket).equals(identity)) {
      channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
      listen();
    }
  }

  private synchronized void listen() throws IOException {
    channel = bind(bootstrap, socket);
    identity = SocketFile.identity(socket);
  }

  /**
   * Binds inside a folder that is root's alone and moves the socket out when its mode is right, so
   * that nobody can connect in between, and the old file is replaced in one step.
   */
  private static Channel bind(ServerBootstrap bootstrap, Path socket) throws IOException {
    Path hidden = HiddenFolder.make(socket);
    Path unready = hidden.resolve("s");
    try {
      SocketAddress address =
          EPOLL ? new DomainSocketAddress(unready.toString()) : UnixDomainSocketAddress.of(unready);
      ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new IOException(
            "cannot listen on " + socket + ": " + bound.cause().getMessage(), bound.cause());
      }
      Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString("rw-------"));
      Files.move(unready, socket, StandardCopyOption.ATOMIC_MOVE);
      return bound.channel();
    } finally {
      Files.deleteIfExists(unready);
      Files.delete(hidden);
    }
  }

  /** Stops listening, takes the file away and ends the event loop. */
  @Override
  public synchronized void close() {
    closed = true;
    channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
    try {
      Files.deleteIfExists(socket);
    } catch (IOException alreadyUnusable) {
      // A file that nobody listens on is replaced by the next start.
    }
    shutDown(loop);
  }

  /** The threads are daemons: nobody needs to wait for their end. */
  private static void shutDown(MultiThreadIoEventLoopGroup loop) {
    loop.shutdownGracefully(0, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }
}
