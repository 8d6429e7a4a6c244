package io.taltun.daemon.admin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.reload.Reloader;
import io.taltun.daemon.unix.SocketServer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code GET /status}, {@code /info}, {@code /healthz}, {@code /peers}, {@code /routes} and {@code
 * POST /stop}, {@code /reload}, {@code /peers}, {@code /routes}, {@code /takeover}.
 */
public final class AdminServer implements AutoCloseable {
  private static final int MOST_REQUEST_BYTES = 64 << 10;
  private static final int READ_TIMEOUT_SECONDS = 60;

  private final SocketServer server;

  private AdminServer(SocketServer server) {
    this.server = server;
  }

  /** For a gateway without a file, which is nobody's service. */
  public static AdminServer open(Path socket, Gateway gateway) throws IOException {
    return open(socket, gateway, new Reloader(gateway, null), null);
  }

  /**
   * Listens on {@code /run/taltun/NAME.sock} or wherever it is told to.
   *
   * @param successor null where no service manager watches the gateway
   * @throws io.taltun.daemon.unix.SocketInUseException when a gateway of that name runs already
   */
  public static AdminServer open(
      Path socket, Gateway gateway, Reloader reloader, SuccessorStart successor)
      throws IOException {
    AdminTasks tasks = new AdminTasks(reloader, successor);
    return new AdminServer(
        SocketServer.open(
            socket,
            "taltun-admin",
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new ReadTimeoutHandler(READ_TIMEOUT_SECONDS))
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(MOST_REQUEST_BYTES))
                    .addLast(new AdminHandler(gateway, tasks));
              }
            }));
  }

  /** {@link SocketServer#listenAgain}. */
  public void listenAgain() throws IOException {
    server.listenAgain();
  }

  /** Stops listening. */
  @Override
  public void close() {
    server.close();
  }
}
