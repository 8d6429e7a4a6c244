package io.taltun.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PublicKey;
import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.session.Peer;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DenialLogTest {
  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long memory = arena.allocate(256, 8).address();
  private final DenialLog log = new DenialLog();

  private static byte[] ipv4(int protocol, int fragment, int... ports) {
    ByteBuffer packet = ByteBuffer.allocate(28);
    packet.put(0, (byte) 0x45).putShort(2, (short) 28).putShort(6, (short) fragment);
    packet.put(9, (byte) protocol).putInt(12, 0x0a63_0002).putInt(16, 0x0a00_0005);
    for (int i = 0; i < ports.length; i++) {
      packet.putShort(20 + 2 * i, (short) ports[i]);
    }
    return packet.array();
  }

  private String text(byte[] packet) {
    NativeMemory.copy(packet, 0, memory, packet.length);
    return PacketText.of(memory, packet.length);
  }

  @Test
  void shouldSayWhatThePacketIs() {
    assertThat(text(ipv4(6, 0, 4242, 22))).isEqualTo("tcp from 10.99.0.2:4242 to 10.0.0.5:22");
    assertThat(text(ipv4(17, 0, 53, 65535))).isEqualTo("udp from 10.99.0.2:53 to 10.0.0.5:65535");
    assertThat(text(ipv4(1, 0))).isEqualTo("icmp from 10.99.0.2 to 10.0.0.5");
    assertThat(text(ipv4(47, 0))).isEqualTo("protocol 47 from 10.99.0.2 to 10.0.0.5");
    assertThat(text(ipv4(17, 2))).isEqualTo("fragment of udp from 10.99.0.2 to 10.0.0.5");
    ByteBuffer v6 = ByteBuffer.allocate(48).put(0, (byte) 0x60).putShort(4, (short) 8);
    v6.put(6, (byte) 17).put(8, (byte) 0xfd).put(23, (byte) 2).put(24, (byte) 0xfd);
    v6.putShort(42, (short) 53);
    assertThat(text(v6.array())).isEqualTo("udp from [fd00::2]:0 to [fd00::]:53");
    assertThat(text(v6.put(6, (byte) 58).array())).isEqualTo("icmp from fd00::2 to fd00::");
    v6.put(6, (byte) 60).put(41, (byte) 200);
    assertThat(text(v6.array())).isEqualTo("packet from fd00::2 to fd00::");
  }

  @Test
  void shouldLetAPeerBeReportedAgainAfterASecond() {
    Peer peer = new Peer(0, 1);
    PeerEntry entry = new PeerEntry(PublicKey.of(new byte[32]), "ann", peer);
    byte[] packet = ipv4(6, 0, 1, 2);
    NativeMemory.copy(packet, 0, memory, packet.length);

    assertThat(log.release(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(peer.reportDenial()).isTrue();
    peer.lane(0).denied();
    log.denied(entry, memory, packet.length, 5);
    assertThat(peer.reportDenial()).isFalse();
    assertThat(log.release(5)).isEqualTo(DenialLog.PAUSE_NS);
    assertThat(peer.reportDenial()).isFalse();
    assertThat(log.release(5 + DenialLog.PAUSE_NS)).isEqualTo(Long.MAX_VALUE);
    assertThat(peer.reportDenial()).isTrue();
    assertThat(entry.takeDeniedSince()).as("told of").isZero();
  }
}
