package io.taltun.dataplane.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.TransportCipher;
import io.taltun.crypto.wire.TransportData;
import io.taltun.dataplane.packet.TransportPacket;
import io.taltun.dataplane.packet.TunRecorder;
import io.taltun.dataplane.route.AllowedIps;
import io.taltun.dataplane.session.Peer;
import io.taltun.dataplane.session.SessionPair;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Trap 24. What is behind a packet in its transport message: zeroes, whatever lay there before. */
class PaddingTest {
  private static final long NOW = 1_000;
  private static final int ROOM = 2048;

  private final TunRecorder from = new TunRecorder(VirtioNetHeader.LENGTH);

  @AutoClose
  private final PathPair pair = new PathPair(new Side(from, true, true, true), new Side(false));

  @AutoClose private final Tap tap = new Tap();
  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long ciphertext = arena.allocate(2 * ROOM, 64).address() + TransportCipher.HEADROOM;
  private final long plaintext = ciphertext + ROOM;

  @Test
  void shouldSealZeroesBehindEachPieceWhenALargePacketIsCut() {
    SessionPair sessions = pair.connect();
    pair.peerB.setEndpoint(tap.endpoint());
    pair.a.tables.setAllowedIps(AllowedIps.<Peer>builder().add(new byte[4], 0, pair.peerB).build());
    for (int size = 100; size < 120; size++) {
      TransportPacket flow = TransportPacket.udp4().payload(5 * size - 3, size);
      OffloadReads.Read read = OffloadReads.large(flow, size);
      from.give(read.bytes());
      pair.a.send(NOW);
      for (byte[] packet : read.packets()) {
        byte[] opened = open(sessions, tap.capture());
        assertThat(opened.length).isEqualTo(packet.length + 15 & -16);
        assertThat(opened).isEqualTo(Arrays.copyOf(packet, opened.length));
      }
    }
  }

  private byte[] open(SessionPair sessions, byte[] message) {
    int sealed = message.length - TransportData.HEADER_LENGTH;
    NativeMemory.copy(message, 0, ciphertext - TransportData.HEADER_LENGTH, message.length);
    long counter =
        NativeMemory.getLongLe(ciphertext - TransportData.HEADER_LENGTH + TransportData.COUNTER);
    TransportCipher opener = sessions.responder().opener(0);
    assertThat(opener.open(counter, ciphertext, sealed, plaintext)).isTrue();
    return NativeMemory.toBytes(plaintext, sealed - TransportCipher.TAG_LENGTH);
  }
}
