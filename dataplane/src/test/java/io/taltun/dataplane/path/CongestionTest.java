package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.A6;
import static io.taltun.dataplane.path.PathPair.B4;
import static io.taltun.dataplane.path.PathPair.B6;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.packet.Ecn;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.udp.ReceiveBatch;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Marks of congestion through the whole path, with real sockets on both sides. */
class CongestionTest {
  private static final long NOW = 1;
  private static final int LENGTH = 100;

  @AutoClose private final PathPair pair = new PathPair();
  @AutoClose private final Tap tap = new Tap();
  @AutoClose private final Arena arena = Arena.ofConfined();

  @ParameterizedTest
  @ValueSource(ints = {4, 6})
  void shouldMarkInsideWhenTheWayOutsideWasCongested(int version) {
    pair.connect();
    pair.peerB.setEndpoint(tap.endpoint());
    pair.a.send(NOW, marked(version, Ecn.ECT_0));
    tap.markNext(Ecn.CE);
    tap.inject(pair.b, tap.capture());
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(marked(version, Ecn.CE));
    assertThat(pair.b.count(Counter.CONGESTION_MARKS)).isOne();
    pair.a.send(NOW, marked(version, Ecn.NOT_ECT));
    tap.inject(pair.b, tap.capture());
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).as("takes no part").isEqualTo(marked(version, Ecn.NOT_ECT));
    assertThat(pair.b.count(Counter.CONGESTION_MARKS)).isOne();
  }

  @ParameterizedTest
  @ValueSource(ints = {Ecn.NOT_ECT, Ecn.ECT_1, Ecn.ECT_0, Ecn.CE})
  void shouldTellTheMarkOutsideWhenAPacketTakesPart(int mark) {
    pair.connect();
    byte[] inner = marked(4, mark);
    inner[1] |= (byte) 0xb8; // a DSCP that is nobody's business outside
    pair.a.send(NOW, inner, marked(6, mark));
    try (ReceiveBatch batch = new ReceiveBatch(arena)) {
      for (int datagrams = 0; datagrams < 2; ) {
        int messages = receive(batch);
        for (int i = 0; i < messages; i++) {
          assertThat(Arrival.trafficClass(batch.arrival(i))).isEqualTo(mark == 3 ? 2 : mark);
          datagrams += batch.length(i) / batch.segmentSize(i);
        }
      }
    }
  }

  private int receive(ReceiveBatch batch) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    int received;
    do {
      received = batch.receive(pair.b.sockets().ipv4());
      assertThat(deadlineNs - System.nanoTime()).as("time left").isPositive();
    } while (received <= 0);
    return received;
  }

  private static byte[] marked(int version, int mark) {
    if (version == 6) {
      byte[] packet = packet(A6, B6, LENGTH);
      packet[1] |= (byte) (mark << 4);
      return packet;
    }
    ByteBuffer packet = ByteBuffer.wrap(packet(A4, B4, LENGTH));
    // One's complement: what is added to a word is taken from the checksum, which is large enough.
    packet.put(1, (byte) mark);
    packet.putShort(10, (short) (packet.getShort(10) - mark));
    return packet.array();
  }
}
