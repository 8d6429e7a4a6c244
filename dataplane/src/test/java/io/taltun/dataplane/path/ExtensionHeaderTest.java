package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A6;
import static io.taltun.dataplane.path.PathPair.B6;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Packets;
import io.taltun.dataplane.Seed;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.session.Peer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Trap 28: whatever the extension headers of an inner packet say, who may send it and where it goes
 * is decided by its fixed header.
 */
class ExtensionHeaderTest {
  private static final long NOW = 1_000;
  private static final String OTHER = "fd00::3";
  private static final int FIXED = 40;
  private static final int NEXT_HEADER = 6;
  private static final int ROUTING = 43;
  private static final int[] EXTENSIONS = {0, 43, 44, 50, 51, 59, 60, 135, 139, 140, 253, 254};

  @AutoClose private final PathPair pair = new PathPair(new Side(false), new Side(true));

  private final RandomGenerator random = Seed.random();
  private final Peer other = pair.b.addPeer(null, OTHER);

  @Test
  void shouldDeliverAsItIsWhenTheExtensionHeadersLie() {
    pair.connect();
    for (int extension : EXTENSIONS) {
      for (int length = FIXED; length < 200; length += 1 + random.nextInt(20)) {
        byte[] sent = extended(A6, B6, length, extension);
        pair.a.send(NOW, sent);
        pair.b.receive(1, NOW);
        assertThat(pair.b.wire.take()).as("seed %d", Seed.VALUE).isEqualTo(sent);
      }
    }
    assertThat(pair.a.drops() + pair.b.drops()).isZero();
  }

  @Test
  void shouldDropWhenTheSourceIsAnotherPeersWhateverFollows() {
    pair.connect();
    int sent = 0;
    for (int extension : EXTENSIONS) {
      byte[] packet = extended(OTHER, B6, 120, extension);
      // Where a home address option or a nested header would name the sender itself.
      System.arraycopy(Packets.address(A6), 0, packet, FIXED + 4, 16);
      pair.a.send(NOW, packet);
      sent++;
    }
    pair.b.receive(sent, NOW);
    assertThat(pair.b.wire.take()).isNull();
    assertThat(pair.b.count(DropReason.WRONG_INNER_SOURCE)).isEqualTo(sent);
  }

  @Test
  void shouldRelayByTheFixedHeaderWhenARoutingHeaderNamesAnother() {
    pair.connect();
    byte[] packet = extended(A6, B6, 120, ROUTING);
    System.arraycopy(Packets.address(OTHER), 0, packet, FIXED + 8, 16);
    pair.a.send(NOW, packet);
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet);
    assertThat(pair.b.count(Counter.RELAYED_PACKETS)).isZero();
    assertThat(pair.b.waiting.isEmpty(other)).isTrue();
  }

  private byte[] extended(String source, String destination, int length, int extension) {
    byte[] packet = packet(source, destination, length);
    byte[] lies = new byte[length - FIXED];
    random.nextBytes(lies);
    System.arraycopy(lies, 0, packet, FIXED, lies.length);
    packet[NEXT_HEADER] = (byte) extension;
    return packet;
  }
}
