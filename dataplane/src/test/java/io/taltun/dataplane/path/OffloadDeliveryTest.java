package io.taltun.dataplane.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.dataplane.Seed;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.packet.ReferenceOffload;
import io.taltun.dataplane.packet.TunRecorder;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes out of one TUN device is, byte for byte, what went into the other, whatever the kernel
 * does at the four edges: sockets are real, both TUN queues are played by a slow reference.
 */
class OffloadDeliveryTest {
  private static final long NOW = 1_000;
  private static final int ROUNDS = 40;

  /**
   * Packets after which no other read is given: with those of one more read, 64 at most, they fit
   * the receive buffer that a socket has without a right (212,992 bytes, 2,304 a datagram).
   */
  private static final int PACKETS_AT_ONCE = 24;

  private static final int DONT_FRAGMENT = 0x40;

  private final RandomGenerator random = Seed.random();

  /** Which offloads are on; element i of all 32 has them as i has its bits. */
  record Offloads(boolean tunTso, boolean tunUso, boolean tunGro, boolean udpGso, boolean udpGro) {
    static Offloads of(int bits) {
      return new Offloads(
          (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
    }

    boolean header() {
      return tunTso || tunUso || tunGro;
    }
  }

  static List<Offloads> all() {
    List<Offloads> all = new ArrayList<>();
    for (int bits = 0; bits < 32; bits++) {
      all.add(Offloads.of(bits));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("all")
  void shouldDeliverEveryByteInOrderWhen(Offloads on) {
    int headerLength = on.header() ? VirtioNetHeader.LENGTH : 0;
    TunRecorder from = new TunRecorder(headerLength);
    TunRecorder to = new TunRecorder(headerLength);
    try (PathPair pair = new PathPair(side(from, on), side(to, on))) {
      everything(pair.a, pair.peerB);
      everything(pair.b, pair.peerA);
      pair.connect();
      OffloadReads reads = new OffloadReads(random, on.header(), on.tunTso(), on.tunUso());
      List<byte[]> sent = new ArrayList<>();
      List<byte[]> delivered = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        int before = sent.size();
        do {
          OffloadReads.Read read = reads.next();
          from.give(read.bytes());
          sent.addAll(read.packets());
        } while (sent.size() - before < PACKETS_AT_ONCE && random.nextInt(8) != 0);
        pair.a.send(NOW);
        pair.b.receive(sent.size() - before, NOW);
        delivered.addAll(to.take());
      }
      assertThat(pair.a.drops() + pair.b.drops()).isZero();
      assertSame(delivered, sent);
      assertUsed(on, pair);
    }
  }

  private static Side side(TunRecorder tun, Offloads on) {
    return new Side(tun, on.tunGro(), on.udpGso(), on.udpGro());
  }

  private static void everything(Side side, Peer owner) {
    side.tables.setAllowedIps(
        AllowedIps.<Peer>builder().add(new byte[4], 0, owner).add(new byte[16], 0, owner).build());
  }

  private static void assertSame(List<byte[]> delivered, List<byte[]> sent) {
    assertThat(delivered).hasSameSizeAs(sent);
    Map<String, List<String>> expected = byFlow(sent);
    Map<String, List<String>> actual = byFlow(delivered);
    for (var flow : expected.entrySet()) {
      assertThat(actual.get(flow.getKey()))
          .as("flow %s, seed %d", flow.getKey(), Seed.VALUE)
          .isEqualTo(flow.getValue());
    }
  }

  /** Flows may overtake each other; inside one the order holds. */
  private static Map<String, List<String>> byFlow(List<byte[]> packets) {
    Map<String, List<String>> flows = new TreeMap<>();
    for (byte[] packet : packets) {
      String source = ReferenceOffload.isIpv4(packet) ? text(packet, 12, 16) : text(packet, 8, 24);
      flows.computeIfAbsent(source, s -> new ArrayList<>()).add(text(comparable(packet)));
    }
    return flows;
  }

  private static String text(byte[] packet, int from, int to) {
    return HexFormat.of().formatHex(packet, from, to);
  }

  private static String text(byte[] packet) {
    return text(packet, 0, packet.length);
  }

  /** Under DF the identification means nothing (RFC 6864, section 4.1) and may be another. */
  private static byte[] comparable(byte[] packet) {
    if (!ReferenceOffload.isIpv4(packet)) {
      return packet;
    }
    int headerLength = (packet[0] & 0xf) * 4;
    assertThat(ReferenceOffload.sum(packet, 0, headerLength, 0)).isEqualTo(0xffff);
    byte[] comparable = packet.clone();
    if ((packet[6] & DONT_FRAGMENT) != 0) {
      ReferenceOffload.put16(comparable, 4, 0);
      ReferenceOffload.put16(comparable, 10, 0);
    }
    return comparable;
  }

  /** An offload that is on was at work, one that is off was not. */
  private static void assertUsed(Offloads on, PathPair pair) {
    boolean cut = on.tunTso() || on.tunUso();
    assertJoined(cut, pair.a, Counter.TUN_READS, Counter.TUN_READ_PACKETS);
    assertJoined(on.udpGso(), pair.a, Counter.UDP_SENT_MESSAGES, Counter.UDP_SENT_DATAGRAMS);
    // The loopback joins nothing by itself; it only leaves together what was sent so.
    assertJoined(
        on.udpGso() && on.udpGro(),
        pair.b,
        Counter.UDP_RECEIVED_MESSAGES,
        Counter.UDP_RECEIVED_DATAGRAMS);
    assertJoined(on.tunGro(), pair.b, Counter.TUN_WRITES, Counter.TUN_WRITTEN_PACKETS);
    assertThat(pair.a.count(Counter.UDP_OFFLOAD_REFUSALS)).isZero();
    assertThat(pair.b.count(Counter.TUN_OFFLOAD_REFUSALS)).isZero();
  }

  private static void assertJoined(boolean joined, Side side, Counter whole, Counter pieces) {
    if (joined) {
      assertThat(side.count(whole)).as("%s", whole).isLessThan(side.count(pieces));
    } else {
      assertThat(side.count(whole)).as("%s", whole).isEqualTo(side.count(pieces));
    }
  }
}
