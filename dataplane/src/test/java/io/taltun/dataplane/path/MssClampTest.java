package io.taltun.dataplane.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Packets;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.packet.TransportPacket;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class MssClampTest {
  private static final long NOW = 1_000;
  private static final int SYN = 0x02;

  @AutoClose private final PathPair pair = new PathPair();

  private static byte[] syn(boolean v6, int mss) {
    TransportPacket packet = new TransportPacket(v6, true);
    packet.flags = SYN;
    packet.tcpOptions = new byte[] {2, 4, (byte) (mss >>> 8), (byte) mss};
    return packet.build();
  }

  private void own(Side side, Peer peer, String... addresses) {
    var builder = AllowedIps.<Peer>builder();
    for (String address : addresses) {
      byte[] bytes = Packets.address(address);
      builder.add(bytes, bytes.length * Byte.SIZE, peer);
    }
    side.tables.setAllowedIps(builder.build());
  }

  /** The addresses of {@link TransportPacket}. */
  private void connect() {
    pair.connect();
    own(pair.a, pair.peerB, "10.100.0.2", "fd99:0:0:1::2");
    own(pair.b, pair.peerA, "10.99.0.1", "fd99::1");
  }

  @Test
  void shouldLowerTheSizeWhereItEntersTheTunnel() {
    connect();
    pair.a.tables.setMssClamp(ForwardingTables.MSS_OF_MTU);
    pair.a.send(NOW, syn(false, 1460), syn(true, 1440), syn(false, 1380), syn(false, 500));
    pair.b.receive(4, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(syn(false, 1380));
    assertThat(pair.b.wire.take()).isEqualTo(syn(true, 1360));
    assertThat(pair.b.wire.take()).isEqualTo(syn(false, 1380));
    assertThat(pair.b.wire.take()).isEqualTo(syn(false, 500));
    assertThat(pair.a.count(Counter.MSS_CLAMPED)).isEqualTo(2);
    assertThat(pair.b.count(Counter.MSS_CLAMPED)).isZero();
  }

  @Test
  void shouldLowerTheSizeWhereItLeavesTheTunnelAndFollowTheMtu() {
    connect();
    pair.b.tables.setMssClamp(ForwardingTables.MSS_OF_MTU);
    pair.b.tables.setMtu(1300);
    pair.a.send(NOW, syn(false, 1460), syn(true, 1440));
    pair.b.receive(2, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(syn(false, 1260));
    assertThat(pair.b.wire.take()).isEqualTo(syn(true, 1240));
    assertThat(pair.b.count(Counter.MSS_CLAMPED)).isEqualTo(2);
  }

  @Test
  void shouldLowerToANumberOrNotAtAll() {
    connect();
    pair.a.tables.setMssClamp(1000);
    pair.a.send(NOW, syn(false, 1460));
    pair.a.tables.setMssClamp(ForwardingTables.MSS_AS_IT_IS);
    pair.a.send(NOW, syn(false, 1460));
    pair.b.receive(2, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(syn(false, 1000));
    assertThat(pair.b.wire.take()).isEqualTo(syn(false, 1460));
  }
}
