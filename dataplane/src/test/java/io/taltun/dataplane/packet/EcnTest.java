package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.Packets;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcnTest {
  private static final int DSCP = 0xb8;

  @AutoClose private final Arena arena = Arena.ofConfined();
  private final long packet = arena.allocate(128, 8).address();

  /** RFC 3168, section 9.1.1: the mark goes out, CE as ECT(0); the DSCP stays inside. */
  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "2,2", "3,2"})
  void shouldTellTheMarkOnlyWhenAPacketGoesOut(int inner, int outer) {
    for (boolean ipv4 : new boolean[] {true, false}) {
      write(ipv4, DSCP | inner);
      assertThat(Ecn.of(packet)).isEqualTo(inner);
      assertThat(Ecn.encapsulate(packet)).isEqualTo(outer);
      assertThat(trafficClass()).isEqualTo(DSCP | inner);
    }
  }

  /**
   * RFC 6040, figure 4, but for a packet that takes no part under CE: it goes on as it was, as
   * through the kernel's WireGuard, which does not ask what INET_ECN_decapsulate answers.
   */
  @ParameterizedTest
  @CsvSource({
    "0,0,0", "0,1,0", "0,2,0", "0,3,0",
    "1,0,1", "1,1,1", "1,2,1", "1,3,3",
    "2,0,2", "2,1,1", "2,2,2", "2,3,3",
    "3,0,3", "3,1,3", "3,2,3", "3,3,3"
  })
  void shouldCarryTheMarkInsideWhenAPacketComesIn(int inner, int outer, int expected) {
    for (boolean ipv4 : new boolean[] {true, false}) {
      write(ipv4, DSCP | inner);
      boolean marked = Ecn.decapsulate(packet, outer | 0x20);
      assertThat(marked).isEqualTo(expected == Ecn.CE && inner != Ecn.CE);
      assertThat(trafficClass()).as("the DSCP stays").isEqualTo(DSCP | expected);
      assertThat(Ip.validate(packet, 128)).isEqualTo(128);
      if (ipv4) {
        assertThat(Ipv4.hasValidChecksum(packet)).isTrue();
      } else {
        assertThat(NativeMemory.getIntBe(packet) & 0xfffff).as("flow label").isEqualTo(0x12345);
      }
    }
  }

  private void write(boolean ipv4, int trafficClass) {
    byte[] bytes =
        ipv4
            ? Packets.packet("10.0.0.1", "10.0.0.2", 128)
            : Packets.packet("fd00::1", "fd00::2", 128);
    NativeMemory.copy(bytes, 0, packet, bytes.length);
    if (ipv4) {
      int before = NativeMemory.getUnsignedShortBe(packet);
      int after = before | trafficClass;
      int checksum = NativeMemory.getUnsignedShortBe(packet + Ipv4.CHECKSUM);
      NativeMemory.putShortBe(packet, (short) after);
      NativeMemory.putShortBe(
          packet + Ipv4.CHECKSUM, (short) Checksum.update(checksum, before, after));
      assertThat(Ipv4.hasValidChecksum(packet)).isTrue();
    } else {
      NativeMemory.putIntBe(packet, 6 << 28 | trafficClass << 20 | 0x12345);
    }
  }

  private int trafficClass() {
    int word = NativeMemory.getIntBe(packet);
    return (Ip.version(packet) == Ip.V4 ? word >>> 16 : word >>> 20) & 0xff;
  }
}
