package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.B4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.SystemCallException;
import io.taltun.dataplane.udp.Endpoint;
import io.taltun.dataplane.udp.SendBatch;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A message that the kernel joined, of datagrams that are not all good. */
class JoinedDatagramsTest {
  private static final long NOW = 1_000;
  private static final int LENGTH = 112;

  @AutoClose private final PathPair pair = new PathPair();
  @AutoClose private final Tap tap = new Tap();
  @AutoClose private final Arena arena = Arena.ofConfined();
  @AutoClose private final UdpSocketPair sender = UdpSocketPair.open(1, 0, 0).getFirst();

  @AutoClose
  private final SendBatch batch = new SendBatch(arena, sender.ipv4(), null, true, new Counters());

  JoinedDatagramsTest() throws SystemCallException {
    UdpOffloads offloads = UdpOffloads.enable(List.of(sender), true, true);
    assumeTrue(offloads.gso().on() && offloads.gro().on(), "skipped: no UDP_SEGMENT or no UDP_GRO");
    pair.connect();
    pair.peerB.setEndpoint(tap.endpoint());
  }

  @Test
  void shouldDeliverTheOthersWhenSomeAreForgedReplayedOrUnknown() {
    byte[][] datagrams = seal(9);
    datagrams[1][40] ^= 1; // ciphertext
    datagrams[2][datagrams[2].length - 1] ^= 1; // tag
    datagrams[4][0] = 9; // type
    datagrams[5] = datagrams[3]; // replayed
    datagrams[7][4] ^= 1; // receiver index
    send(datagrams);
    assertDelivered(0, 3, 6, 8);
    assertThat(pair.b.count(DropReason.NOT_AUTHENTIC)).isEqualTo(2);
    assertThat(pair.b.count(DropReason.UNKNOWN_TYPE)).isOne();
    assertThat(pair.b.count(DropReason.REPLAYED)).isOne();
    assertThat(pair.b.count(DropReason.UNKNOWN_INDEX)).isOne();
    assertThat(pair.b.drops()).isEqualTo(5);
  }

  @Test
  void shouldDeliverTheOthersWhenTheLastIsShort() {
    for (int length : new int[] {1, 3, 4, 15, 31, 32, 60, LENGTH + 31}) {
      byte[][] datagrams = seal(5);
      datagrams[4] = Arrays.copyOf(datagrams[4], length);
      long before = pair.b.drops();
      send(datagrams);
      assertDelivered(0, 1, 2, 3);
      assertThat(pair.b.drops() - before).as("drops at %d bytes", length).isOne();
    }
    // Below a type, below a transport message, and what is no ciphertext of its tag.
    assertThat(pair.b.count(DropReason.TOO_SHORT)).isEqualTo(5);
    assertThat(pair.b.count(DropReason.NOT_AUTHENTIC)).isEqualTo(3);
  }

  @Test
  void shouldDeliverTheGoodOneWhenAllButTheLastAreForged() {
    byte[][] datagrams = seal(64);
    for (int i = 0; i < 63; i++) {
      datagrams[i][20] ^= (byte) 0x80;
    }
    send(datagrams);
    assertDelivered(63);
    assertThat(pair.b.count(DropReason.NOT_AUTHENTIC)).isEqualTo(63);
  }

  /** Sealed packets whose last byte tells them apart. */
  private byte[][] seal(int count) {
    byte[][] datagrams = new byte[count][];
    for (int i = 0; i < count; i++) {
      pair.a.send(NOW, numbered(i));
      datagrams[i] = tap.capture();
    }
    return datagrams;
  }

  private static byte[] numbered(int i) {
    byte[] packet = packet(A4, B4, LENGTH);
    packet[LENGTH - 1] = (byte) i;
    return packet;
  }

  /** As one message, to one place. */
  private void send(byte[][] datagrams) {
    long messages = pair.b.count(Counter.UDP_RECEIVED_MESSAGES);
    Endpoint to = pair.b.ipv4();
    for (byte[] datagram : datagrams) {
      NativeMemory.copy(datagram, 0, batch.reserve(), datagram.length);
      batch.add(to, datagram.length, 0);
    }
    batch.flush();
    pair.b.receive(datagrams.length, NOW);
    assertThat(pair.b.count(Counter.UDP_RECEIVED_MESSAGES) - messages).isOne();
  }

  private void assertDelivered(int... numbers) {
    for (int number : numbers) {
      assertThat(pair.b.wire.take()).isEqualTo(numbered(number));
    }
    assertThat(pair.b.wire.take()).isNull();
  }
}
