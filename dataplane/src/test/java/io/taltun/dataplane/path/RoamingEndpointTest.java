package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.B4;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.udp.Endpoint;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Trap 29: a worker sees an endpoint whole, however fast the peer roams. */
class RoamingEndpointTest {
  private static final long NOW = 1_000;
  private static final int BURST = 8;

  @AutoClose private final PathPair pair = new PathPair();
  @AutoClose private final DatagramChannel one = bound("127.0.0.1", 0);
  @AutoClose private final DatagramChannel two = bound("127.0.0.2", 0);

  /** Where half of one endpoint and half of the other would lead. */
  @AutoClose private final DatagramChannel oneTwo = bound("127.0.0.1", port(two));

  @AutoClose private final DatagramChannel twoOne = bound("127.0.0.2", port(one));

  private static DatagramChannel bound(String address, int port) {
    try {
      DatagramChannel channel = DatagramChannel.open();
      channel.configureBlocking(false);
      return channel.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int port(DatagramChannel channel) {
    return ((InetSocketAddress) address(channel)).getPort();
  }

  private static java.net.SocketAddress address(DatagramChannel channel) {
    try {
      return channel.getLocalAddress();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldSendToOnePlaceOrTheOtherWhenTheEndpointMovesUnderTraffic() throws Exception {
    pair.connect();
    Endpoint[] places = {
      Endpoint.of((InetSocketAddress) address(one)),
      Endpoint.of((InetSocketAddress) address(two)),
      pair.b.ipv6(),
      null,
    };
    AtomicBoolean roaming = new AtomicBoolean(true);
    Thread control =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; roaming.get(); i++) {
                    pair.peerB.setEndpoint(places[i % places.length]);
                  }
                });
    byte[][] burst = new byte[BURST][];
    for (int i = 0; i < BURST; i++) {
      burst[i] = packet(A4, B4, 100);
    }
    int bursts = 5_000;
    try {
      for (int i = 0; i < bursts; i++) {
        pair.a.send(NOW, burst);
      }
    } finally {
      roaming.set(false);
      control.join();
    }
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS) + pair.a.count(DropReason.NO_ENDPOINT))
        .isEqualTo(bursts * BURST);
    assertThat(pair.a.drops()).isEqualTo(pair.a.count(DropReason.NO_ENDPOINT));
    ByteBuffer room = ByteBuffer.allocate(2_000);
    assertThat(one.receive(room)).isNotNull();
    assertThat(two.receive(room.clear())).isNotNull();
    assertThat(oneTwo.receive(room.clear())).isNull();
    assertThat(twoOne.receive(room.clear())).isNull();
  }

  /** What makes the other test pass by design and not by luck. */
  @Test
  void shouldBeASnapshotBehindOneVolatileReference() throws NoSuchFieldException {
    for (Field field : Endpoint.class.getDeclaredFields()) {
      assertThat(Modifier.isFinal(field.getModifiers())).as(field.getName()).isTrue();
    }
    assertThat(Modifier.isVolatile(Peer.class.getDeclaredField("endpoint").getModifiers()))
        .isTrue();
  }
}
