package io.taltun.daemon.uapi;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.unix.SocketServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Serves {@code /run/wireguard/NAME.sock} as https://www.wireguard.com/xplatform/ says. Clients may
 * keep a connection open for as long as they like.
 */
public final class UapiServer implements AutoCloseable {
  /** The longest line of the protocol, a preshared key's, has 78 bytes. */
  private static final int MOST_LINE_BYTES = 1024;

  private final SocketServer server;

  private UapiServer(SocketServer server) {
    this.server = server;
  }

  /**
   * Listens.
   *
   * @throws io.taltun.daemon.unix.SocketInUseException when another implementation runs the device
   */
  public static UapiServer open(Path socket, Gateway gateway) throws IOException {
    var getOperation = new GetOperation(gateway);
    return new UapiServer(
        SocketServer.open(
            socket,
            "taltun-uapi",
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new LineBasedFrameDecoder(MOST_LINE_BYTES, true, true))
                    .addLast(new StringDecoder(StandardCharsets.US_ASCII))
                    .addLast(new UapiHandler(getOperation));
              }
            }));
  }

  /** Stops listening. */
  @Override
  public void close() {
    server.close();
  }
}
