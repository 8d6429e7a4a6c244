package io.taltun.dataplane.path;

import static io.taltun.dataplane.Packets.packet;
import static io.taltun.dataplane.path.PathPair.A4;
import static io.taltun.dataplane.path.PathPair.A6;
import static io.taltun.dataplane.path.PathPair.B4;
import static io.taltun.dataplane.path.PathPair.B6;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.dataplane.Seed;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.mailbox.ControlRing;
import io.taltun.dataplane.mailbox.RecordRing;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.ReplayWindow;
import io.taltun.dataplane.session.SessionPair;
import io.taltun.dataplane.udp.Arrival;
import io.taltun.dataplane.udp.SocketAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class HostileDatagramTest {
  private static final long NOW = 1_000;
  private static final int LONGEST = 2000;
  private static final int INITIATION = 148;
  private static final int RESPONSE = 92;
  private static final int COOKIE_REPLY = 64;
  private static final int EMPTY_TRANSPORT = 32;

  @AutoClose private final PathPair pair = new PathPair();
  @AutoClose private final Tap tap = new Tap();
  @AutoClose private final Arena arena = Arena.ofConfined();

  private final RandomGenerator random = Seed.random();

  /** Trap 1: a prefix of B's own may hold an address whose longest prefix is another peer's. */
  @Test
  void shouldDropAndCountWhenTheInnerSourceIsAnotherPeersOrNobodys() {
    pair.connect();
    pair.b.addPeer(null, "10.0.0.3", "fd00::3");
    pair.a.send(
        NOW,
        packet("10.0.0.3", B4, 100),
        packet("fd00::3", B6, 100),
        packet("192.0.2.1", B4, 100),
        packet("2001:db8::1", B6, 100));
    pair.b.receive(4, NOW);
    assertThat(pair.b.wire.take()).isNull();
    assertThat(pair.b.count(DropReason.WRONG_INNER_SOURCE)).isEqualTo(4);
  }

  /** Trap 1. */
  @Test
  void shouldDropWhenTheSendersWiderPrefixHoldsTheOtherPeersAddress() {
    pair.connect();
    Peer other = new Peer(9, 1);
    pair.b.tables.setAllowedIps(
        AllowedIps.<Peer>builder()
            .add(new byte[] {10, 0, 0, 0}, 24, pair.peerA)
            .add(new byte[] {10, 0, 0, 3}, 32, other)
            .build());
    pair.a.send(NOW, packet("10.0.0.3", B4, 100), packet("10.0.0.4", B4, 100));
    pair.b.receive(2, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet("10.0.0.4", B4, 100));
    assertThat(pair.b.count(DropReason.WRONG_INNER_SOURCE)).isOne();
  }

  /** Trap 3. */
  @Test
  void shouldDeliverOnceWhenDatagramsAreReplayedOutOfOrder() {
    pair.connect();
    pair.peerB.setEndpoint(tap.endpoint());
    byte[][] datagrams = new byte[50][];
    for (int i = 0; i < datagrams.length; i++) {
      pair.a.send(NOW, packet(A4, B4, 100 + i));
      datagrams[i] = tap.capture();
    }
    for (int round = 0; round < 2; round++) {
      for (int i = datagrams.length - 1; i >= 0; i--) {
        tap.inject(pair.b, datagrams[i]);
      }
    }
    pair.b.receive(2 * datagrams.length, NOW);
    for (int i = datagrams.length - 1; i >= 0; i--) {
      assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100 + i));
    }
    assertThat(pair.b.wire.take()).isNull();
    assertThat(pair.b.count(DropReason.REPLAYED)).isEqualTo(datagrams.length);
  }

  @Test
  void shouldNotOpenADatagramWhenItsCounterWasSeen() {
    pair.connect();
    pair.peerB.setEndpoint(tap.endpoint());
    pair.a.send(NOW, packet(A4, B4, 100));
    byte[] datagram = tap.capture();
    tap.inject(pair.b, datagram);
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100));
    // Were it opened, its tag would be found wrong.
    datagram[datagram.length - 1] ^= 1;
    accept(pair.b, datagram, datagram.length);
    assertThat(pair.b.count(DropReason.REPLAYED)).isOne();
    assertThat(pair.b.count(DropReason.NOT_AUTHENTIC)).isZero();
  }

  @Test
  void shouldChangeNothingWhenOneBitOfADatagramIsWrong() {
    SessionPair sessions = pair.connect();
    pair.peerB.setEndpoint(tap.endpoint());
    pair.a.send(NOW, packet(A6, B6, 44));
    byte[] genuine = tap.capture();
    for (int bit = 0; bit < genuine.length * Byte.SIZE; bit++) {
      byte[] forged = genuine.clone();
      forged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      accept(pair.b, forged, forged.length);
    }
    assertThat(pair.b.count(DropReason.UNKNOWN_TYPE)).isEqualTo(32);
    assertThat(pair.b.count(DropReason.UNKNOWN_INDEX)).isEqualTo(32);
    assertThat(pair.b.drops()).isEqualTo(genuine.length * 8L);
    assertThat(pair.peerA.lane(0).receivedPackets()).isZero();
    assertThat(pair.b.control.reports().size()).isZero();
    // The window did not move on the forged counters either.
    tap.inject(pair.b, genuine);
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A6, B6, 44));
    assertThat(sessions.responder().replayWindow().accept(0)).isFalse();
  }

  /** Trap 6. */
  @Test
  void shouldCountAndThrowNothingWhenDatagramsHaveAnyLengthAndType() {
    SessionPair sessions = pair.connect();
    int[] types = {0, 1, 2, 3, 4, 5, 255, 0x0100, 0x0101, 0x0104, 1 << 31, 0x0400_0000, -1};
    long offered = 0;
    for (int length = 0; length <= LONGEST; length++) {
      for (int type : types) {
        byte[] datagram = new byte[length];
        random.nextBytes(datagram);
        ByteBuffer words = ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN);
        if (length >= 8) {
          words.putInt(0, type).putInt(4, sessions.responder().localIndex());
        } else if (length >= 4) {
          words.putInt(0, type);
        }
        accept(pair.b, datagram, length);
        offered++;
        assertThat(pair.b.drops() + pair.b.count(Counter.HANDSHAKE_MESSAGES)).isEqualTo(offered);
      }
    }
    assertThat(pair.b.count(Counter.HANDSHAKE_MESSAGES)).isEqualTo(3);
    assertThat(pair.b.count(DropReason.BAD_LENGTH)).isEqualTo(3L * (LONGEST + 1 - 4) - 3);
    assertThat(pair.b.count(DropReason.TOO_SHORT))
        .isEqualTo(4L * types.length + EMPTY_TRANSPORT - 4);
    assertThat(pair.b.count(DropReason.UNKNOWN_TYPE))
        .isEqualTo((types.length - 4L) * (LONGEST + 1 - 4));
    assertThat(pair.b.wire.take()).isNull();
  }

  /** Trap 6. */
  @Test
  void shouldGoOnReceivingWhenHostileDatagramsComeThroughTheSocket() {
    pair.connect();
    byte[] empty = {};
    byte[] longest = new byte[65_507];
    longest[0] = 4;
    tap.inject(pair.b, empty, new byte[1], new byte[3], longest);
    pair.a.send(NOW, packet(A4, B4, 100));
    pair.b.receive(5, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100));
    assertThat(pair.b.count(DropReason.TOO_SHORT)).isEqualTo(3);
    assertThat(pair.b.count(DropReason.UNKNOWN_INDEX)).isOne();
  }

  /** Trap 6: the buffer holds the longest datagram of IPv4; IPv6 has longer ones. */
  @Test
  void shouldDropAndGoOnWhenADatagramIsLongerThanTheBuffer() throws IOException {
    pair.connect();
    pair.peerB.setEndpoint(pair.b.ipv6());
    for (int length : new int[] {65_508, 65_527}) {
      byte[] tooLong = new byte[length];
      tooLong[0] = 4;
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.send(new DatagramPacket(tooLong, length, pair.b.ipv6().toSocketAddress()));
      }
      pair.a.send(NOW, packet(A6, B6, 100));
      pair.b.receive(1, NOW);
      assertThat(pair.b.wire.take()).isEqualTo(packet(A6, B6, 100));
    }
    assertThat(pair.b.count(DropReason.TRUNCATED)).isEqualTo(2);
    assertThat(pair.b.drops()).isEqualTo(2);
  }

  @Test
  void shouldCountADropWhenTheAuthenticPacketIsNoIpPacket() {
    SessionPair sessions = pair.connect();
    byte[] cut = packet(A4, B4, 64);
    cut[3]++;
    long plaintext = arena.allocate(512, 8).address() + TransportCipher.HEADROOM;
    long ciphertext = plaintext + 256;
    NativeMemory.copy(cut, 0, plaintext, cut.length);
    sessions.initiator().sealer(0).seal(0, plaintext, cut.length, ciphertext);
    ByteBuffer datagram = ByteBuffer.allocate(16 + 80).order(ByteOrder.LITTLE_ENDIAN);
    datagram.putInt(4).putInt(sessions.responder().localIndex()).putLong(0);
    datagram.put(NativeMemory.toBytes(ciphertext, 80));
    tap.inject(pair.b, datagram.array());
    pair.b.receive(1, NOW);
    assertThat(pair.b.count(DropReason.MALFORMED_INNER)).isOne();
    assertThat(pair.b.wire.take()).isNull();
  }

  @Test
  void shouldPassHandshakeMessagesWithTheirSourceWhenTheyHaveTheRightLength() {
    byte[][] messages = {message(1, INITIATION), message(2, RESPONSE), message(3, COOKIE_REPLY)};
    tap.inject(pair.b, messages);
    pair.b.receive(3, NOW);
    RecordRing ring = pair.b.control.underWay();
    for (byte[] message : messages) {
      assertThat(ring.kind()).isEqualTo(ControlRing.HANDSHAKE_MESSAGE);
      assertThat(NativeMemory.toBytes(ring.message(), ring.length())).isEqualTo(message);
      assertThat(SocketAddress.read(ring.address())).isEqualTo(tap.endpoint());
      ring.release();
    }
    assertThat(ring.size()).isZero();
    assertThat(pair.b.count(Counter.HANDSHAKE_MESSAGES)).isEqualTo(3);
  }

  private byte[] message(int type, int length) {
    byte[] message = new byte[length];
    random.nextBytes(message);
    ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putInt(0, type);
    return message;
  }

  /** Trap 11. */
  @Test
  void shouldGoOnWithDataWhenAHandshakeFloodFillsTheRing() {
    pair.connect();
    int flood = 10_000;
    byte[] initiation = message(1, INITIATION);
    for (int i = 0; i < flood; i++) {
      accept(pair.b, initiation, initiation.length);
    }
    long passed = pair.b.count(Counter.HANDSHAKE_MESSAGES);
    assertThat(passed).isEqualTo(pair.b.control.underWay().size()).isPositive().isLessThan(flood);
    assertThat(pair.b.count(DropReason.HANDSHAKE_QUEUE_FULL)).isEqualTo(flood - passed);
    pair.a.send(NOW, packet(A4, B4, 100));
    pair.b.receive(1, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100));
    pair.b.control.underWay().release();
    accept(pair.b, initiation, initiation.length);
    assertThat(pair.b.count(Counter.HANDSHAKE_MESSAGES)).isEqualTo(passed + 1);
  }

  /** Trap 17. */
  @Test
  void shouldRefuseBothWaysWhenTheSessionHasExpired() {
    SessionPair sessions = pair.newSession(NOW + 100, NOW + 100);
    pair.a.install(sessions.initiator());
    pair.b.install(sessions.responder());
    pair.a.send(NOW + 99, packet(A4, B4, 100), packet(A4, B4, 101));
    pair.b.receive(1, NOW + 99);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100));

    pair.a.send(NOW + 100, packet(A4, B4, 102));
    pair.a.outbound.sendKeepalive(pair.peerB, NOW + 100);
    pair.a.outbound.flush();
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(2);
  }

  /** Trap 17. */
  @Test
  void shouldDropWhatCameTooLateWhenTheSessionHasExpired() {
    SessionPair sessions = pair.newSession(NOW + 100, NOW + 100);
    pair.a.install(sessions.initiator());
    pair.b.install(sessions.responder());
    pair.a.send(NOW + 99, packet(A4, B4, 100));
    pair.b.receive(1, NOW + 100);
    assertThat(pair.b.count(DropReason.EXPIRED_SESSION)).isOne();
    assertThat(pair.b.wire.take()).isNull();
    assertThat(pair.peerA.lane(0).receivedPackets()).isZero();
  }

  /** Trap 5. */
  @Test
  void shouldStopSealingAndAskForAHandshakeWhenTheCounterReachesItsLimit() {
    SessionPair sessions = pair.connect();
    SessionPair.setSendCounter(sessions.initiator(), ReplayWindow.REJECT_AFTER_MESSAGES - 2);
    pair.a.send(NOW, packet(A4, B4, 100), packet(A4, B4, 101), packet(A4, B4, 102));
    pair.a.send(NOW, packet(A4, B4, 103));
    pair.b.receive(2, NOW);
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 100));
    assertThat(pair.b.wire.take()).isEqualTo(packet(A4, B4, 101));
    assertThat(pair.a.count(Counter.UDP_SENT_DATAGRAMS)).isEqualTo(2);
    assertThat(pair.a.control.reports().size()).isOne();
    assertThat(pair.a.control.reports().kind()).isEqualTo(ControlRing.HANDSHAKE_WANTED);
  }

  /** Trap 5: on the receiving side, before anything is computed. */
  @Test
  void shouldDropWhenACounterIsAtTheLimitOrAboveIt() {
    SessionPair sessions = pair.connect();
    for (long counter : new long[] {ReplayWindow.REJECT_AFTER_MESSAGES, -1L}) {
      ByteBuffer datagram = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
      datagram.putInt(4).putInt(sessions.responder().localIndex()).putLong(counter);
      accept(pair.b, datagram.array(), datagram.capacity());
    }
    assertThat(pair.b.count(DropReason.EXPIRED_SESSION)).isEqualTo(2);
  }

  /** Gives a datagram to the path as if it had come from the tap. */
  private void accept(Side side, byte[] datagram, int length) {
    try (Arena once = Arena.ofConfined()) {
      long message = once.allocate(length + 256L, 8).address() + 128;
      long source = once.allocate(Arrival.SIZE, 8).address();
      SocketAddress.write(tap.endpoint(), source);
      NativeMemory.copy(datagram, 0, message, length);
      side.inbound.accept(message, length, source, NOW);
    }
  }
}
