package io.taltun.daemon.uapi;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.taltun.daemon.gateway.Gateway;
import io.taltun.daemon.unix.SocketServer;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;

/**
 * Serves {@code /run/wireguard/NAME.sock} as https://www.wireguard.com/xplatform/ says. Clients may
 * keep a connection open for as long as they like.
 */
public final class UapiServer implements AutoCloseable {
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
    return new UapiServer(
        SocketServer.open(
            socket,
            "taltun-uapi",
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new UapiHandler(gateway, UapiServer::interfaceIndex));
              }
            }));
  }

  /** As {@code wg} names the zone of a link-local endpoint. */
  private static int interfaceIndex(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      return found == null ? 0 : found.getIndex();
    } catch (SocketException e) {
      return 0;
    }
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
