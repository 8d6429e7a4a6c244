package io.taltun.daemon.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketServerTest {
  @TempDir Path folder;

  private static SocketServer open(Path socket) throws IOException {
    return SocketServer.open(
        socket,
        "test",
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            // Whoever connects is left alone.
          }
        });
  }

  @Test
  void shouldBeClosedToOthersAndLeaveNothing() throws IOException {
    Path socket = folder.resolve("new/tal0.sock");
    try (SocketServer _ = open(socket)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
          .isEqualTo("rwxr-xr-x");
      assertThat(SocketFile.isLive(socket)).isTrue();
      assertThat(socket.getParent()).isDirectoryNotContaining("glob:**/.*");
    }
    assertThat(socket.getParent()).isEmptyDirectory();
  }

  @Test
  void shouldRefuseWhenALiveProcessListens() throws IOException {
    Path socket = folder.resolve("tal0.sock");
    try (SocketServer _ = open(socket)) {
      assertThatThrownBy(() -> open(socket)).isInstanceOf(SocketInUseException.class);
      assertThat(SocketFile.isLive(socket)).isTrue();
    }
  }

  @Test
  void shouldReplaceTheSocketOfADeadProcess() throws IOException {
    Path socket = folder.resolve("tal0.sock");
    ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    dead.bind(UnixDomainSocketAddress.of(socket)).close();
    assertThat(socket).exists();
    assertThat(SocketFile.isLive(socket)).isFalse();
    try (SocketServer _ = open(socket)) {
      assertThat(SocketFile.isLive(socket)).isTrue();
    }
  }

  @Test
  void shouldListenAgainWhenAnotherProcessTookItsPlace() throws IOException {
    Path socket = folder.resolve("tal0.sock");
    try (SocketServer server = open(socket);
        SocketChannel connected = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Object identity = SocketFile.identity(socket);
      server.listenAgain();
      assertThat(SocketFile.identity(socket)).as("nothing was to be done").isEqualTo(identity);
      Files.delete(socket);
      ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      dead.bind(UnixDomainSocketAddress.of(socket)).close();
      server.listenAgain();
      assertThat(SocketFile.isLive(socket)).isTrue();
      connected.configureBlocking(false);
      assertThat(connected.read(ByteBuffer.allocate(1))).as("still connected").isZero();
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void shouldRefuseAPathThatTheKernelWouldCutOff() {
    Path socket = folder.resolve("x".repeat(120));
    assertThatThrownBy(() -> open(socket)).hasMessageContaining("longer than the 107 bytes");
  }
}
