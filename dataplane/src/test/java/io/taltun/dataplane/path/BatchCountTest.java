package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.B4;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.counter.Batch;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Histogram;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What is shown of batches and pools agrees with the packets that went through. */
class BatchCountTest {
  private static final long NOW = 1_000;
  private static final int TRANSPORT_OVERHEAD = 32;

  @AutoClose private final PathPair pair = new PathPair();

  @Test
  void shouldCountTheSizesAndBytesOfBatches() {
    pair.connect();
    pair.a.send(NOW, packet(A4, B4, 96), packet(A4, B4, 96), packet(A4, B4, 96));
    pair.b.receive(3, NOW);
    int bytes = 3 * (96 + TRANSPORT_OVERHEAD);
    assertThat(pair.a.counters.get(Batch.TUN_READ).sum()).isEqualTo(3);
    assertThat(pair.a.counters.get(Batch.UDP_SEND).sum()).isEqualTo(3);
    assertThat(pair.a.count(Counter.UDP_SENT_BYTES)).isEqualTo(bytes);
    assertThat(pair.b.count(Counter.UDP_RECEIVED_BYTES)).isEqualTo(bytes);
    Histogram received = pair.b.counters.get(Batch.UDP_RECEIVE);
    assertThat(received.sum()).isEqualTo(3);
    assertThat(records(received)).isEqualTo(pair.b.count(Counter.UDP_RECEIVE_CALLS));
  }

  private static long records(Histogram histogram) {
    long records = 0;
    for (int i = 0; i < histogram.ranges(); i++) {
      records += histogram.count(i);
    }
    return records;
  }

  @Test
  void shouldShowHowManyPacketsWait() {
    pair.a.send(NOW, packet(A4, B4, 100), packet(A4, B4, 101));
    assertThat(pair.a.waiting.used()).isEqualTo(2);
    pair.connect();
    pair.a.outbound.sendWaiting(pair.peerB, NOW);
    assertThat(pair.a.waiting.used()).isZero();
  }
}
