package io.taltun.daemon.metrics;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.taltun.config.HostPort;
import io.taltun.daemon.gateway.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** {@code GET /metrics} and {@code GET /healthz} over TCP, on an event loop thread of its own. */
public final class MetricsServer implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 64;
  private static final int MOST_REQUEST_BYTES = 16 << 10;

  /** What is read at once may hold many requests, which wait for their answers in turn. */
  private static final RecvByteBufAllocator A_FEW_REQUESTS =
      new FixedRecvByteBufAllocator(4 << 10).maxMessagesPerRead(1);

  /** Between two scrapes of one connection; Prometheus opens another where that is over. */
  private static final int READ_TIMEOUT_SECONDS = 150;

  private static final int WRITE_TIMEOUT_SECONDS = 30;
  private static final long CLOSE_TIMEOUT_MS = 500;

  private final MultiThreadIoEventLoopGroup loop;
  private final Channel channel;
  private final ChannelGroup connections;

  private MetricsServer(
      MultiThreadIoEventLoopGroup loop, Channel channel, ChannelGroup connections) {
    this.loop = loop;
    this.channel = channel;
    this.connections = connections;
  }

  /**
   * Listens.
   *
   * @param listen an IP address and a port
   * @throws IOException when the port is taken or the address is not this machine's
   */
  public static MetricsServer open(HostPort listen, Telemetry telemetry) throws IOException {
    return open(
        new InetSocketAddress(InetAddress.ofLiteral(listen.host()), listen.port()), telemetry);
  }

  static MetricsServer open(InetSocketAddress listen, Telemetry telemetry) throws IOException {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    var loop =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("taltun-metrics", true), io);
    ChannelGroup connections = new DefaultChannelGroup(loop.next(), true);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(type)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, A_FEW_REQUESTS)
            .childHandler(new Connections(telemetry, connections))
            .bind(listen)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      shutDown(loop);
      throw new IOException(reason(bound.cause()), bound.cause());
    }
    return new MetricsServer(loop, bound.channel(), connections);
  }

  /** Netty names the call and the number first. */
  private static String reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.substring(message.lastIndexOf(": ") + 1).strip();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Sets connections up, a bounded number of them. */
  private static final class Connections extends ChannelInitializer<Channel> {
    private final Telemetry telemetry;
    private final PeerRows rows;
    private final TextWriter writer = new TextWriter(Scrape.ROOM);
    private final String version = version();

    private final ChannelGroup open;

    Connections(Telemetry telemetry, ChannelGroup open) {
      this.telemetry = telemetry;
      this.open = open;
      rows = new PeerRows(telemetry.name());
    }

    private static String version() {
      String version = MetricsServer.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (open.size() == MOST_CONNECTIONS) {
        channel.close();
        return;
      }
      open.add(channel);
      channel
          .pipeline()
          .addLast(new ReadTimeoutHandler(READ_TIMEOUT_SECONDS))
          .addLast(new WriteTimeoutHandler(WRITE_TIMEOUT_SECONDS))
          .addLast(new HttpServerCodec())
          .addLast(new HttpObjectAggregator(MOST_REQUEST_BYTES))
          .addLast(new FlowControlHandler())
          .addLast(new ChunkedWriteHandler())
          .addLast(new MetricsHandler(telemetry, rows, writer, version));
    }
  }

  /** Stops listening and drops the connections. */
  @Override
  public void close() {
    channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
    // An event loop that ends may leave connections open, which nobody would ever close.
    connections.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
    shutDown(loop);
  }

  /** The threads are daemons: nobody needs to wait for their end. */
  private static void shutDown(MultiThreadIoEventLoopGroup loop) {
    loop.shutdownGracefully(0, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }
}
