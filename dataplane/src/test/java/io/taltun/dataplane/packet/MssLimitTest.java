package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.Seed;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MssLimitTest {
  private static final int SYN = 0x02;

  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long memory = arena.allocate(4096, 64).address() + 64;
  private final RandomGenerator random = Seed.random();

  /** Options with an MSS at an even or odd place among others. */
  private static byte[] options(int before, int mss) {
    byte[] options = new byte[(before + 4 + 3) / 4 * 4];
    for (int i = 0; i < before; i++) {
      options[i] = 1;
    }
    options[before] = 2;
    options[before + 1] = 4;
    options[before + 2] = (byte) (mss >>> 8);
    options[before + 3] = (byte) mss;
    return options;
  }

  @Test
  void shouldLowerTheSizeAsIfThePacketWereMadeAnewWithIt() {
    for (int i = 0; i < 20_000; i++) {
      TransportPacket packet = new TransportPacket(random.nextBoolean(), true);
      packet.flags = SYN | (random.nextBoolean() ? 0x10 : 0) | (random.nextBoolean() ? 0xc0 : 0);
      packet.sequence = random.nextInt();
      if (!packet.v6 && random.nextInt(4) == 0) {
        packet.ipOptions = new byte[] {1, 1, 1, 0};
      }
      packet.payload(random.nextInt(3) * 7, i);
      int before = random.nextInt(12);
      int named = random.nextInt(0x10000);
      int mtu = 576 + random.nextInt(2000);
      int limit = mtu - (packet.v6 ? 60 : 40);
      packet.tcpOptions = options(before, named);
      byte[] bytes = packet.build();
      packet.tcpOptions = options(before, Math.min(named, limit));
      byte[] expected = packet.build();

      NativeMemory.copy(bytes, 0, memory, bytes.length);
      boolean changed = MssLimit.ofMtu(mtu).apply(memory, bytes.length);

      assertThat(NativeMemory.toBytes(memory, bytes.length))
          .as("seed %d", Seed.VALUE)
          .isEqualTo(expected);
      assertThat(changed).isEqualTo(named > limit);
    }
  }

  @Test
  void shouldLeaveAWrongChecksumWrong() {
    TransportPacket packet = TransportPacket.tcp4();
    packet.flags = SYN;
    packet.tcpOptions = options(0, 1460);
    byte[] bytes = packet.build();
    bytes[37] ^= 1;
    NativeMemory.copy(bytes, 0, memory, bytes.length);
    assertThat(MssLimit.ofMtu(1420).apply(memory, bytes.length)).isTrue();
    packet.tcpOptions = options(0, 1380);
    byte[] right = packet.build();
    right[37] ^= 1;
    assertThat(NativeMemory.getUnsignedShortBe(memory + 36))
        .isEqualTo((right[36] & 0xff) << 8 | right[37] & 0xff);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x10, 0x18, 0x11, 0x04, 0x00, 0x1d})
  void shouldTouchNothingWhenItIsNoSyn(int flags) {
    TransportPacket packet = TransportPacket.tcp4();
    packet.flags = flags;
    packet.tcpOptions = options(0, 9000);
    assertUntouched(packet.build());
  }

  @Test
  void shouldTouchNothingWhenItIsNoTcpOrALaterFragment() {
    assertUntouched(TransportPacket.udp4().payload(40, SYN).build());
    assertUntouched(TransportPacket.udp6().payload(40, SYN).build());
    TransportPacket later = TransportPacket.tcp4();
    later.flags = SYN;
    later.fragment = 1;
    later.tcpOptions = options(0, 9000);
    assertUntouched(later.build());
  }

  @Test
  void shouldTouchNothingWhenTheOptionsLie() {
    for (byte[] lie :
        new byte[][] {
          {2, 3, 35, 40},
          {0, 2, 4, 35, 40, 0, 0, 0},
          {3, 0, 2, 4, 35, 40, 0, 0},
          {3, 1, 2, 4, 35, 40, 0, 0},
          {8, 40, 2, 4, 35, 40, 0, 0},
          {1, 1, 2, 4},
          {1, 1, 1, 2}
        }) {
      TransportPacket packet = TransportPacket.tcp6();
      packet.flags = SYN;
      packet.tcpOptions = lie;
      assertUntouched(packet.build());
    }
  }

  @Test
  void shouldTouchNothingWhenTheHeaderIsCutOffOrLongerThanThePacket() {
    TransportPacket packet = TransportPacket.tcp4();
    packet.flags = SYN;
    packet.tcpOptions = options(8, 9000);
    byte[] bytes = packet.build();
    for (int length = 20; length < bytes.length; length++) {
      NativeMemory.copy(bytes, 0, memory, bytes.length);
      MssLimit.ofMtu(1420).apply(memory, length);
      assertThat(NativeMemory.toBytes(memory, bytes.length)).isEqualTo(bytes);
    }
  }

  private void assertUntouched(byte[] bytes) {
    NativeMemory.copy(bytes, 0, memory, bytes.length);
    assertThat(MssLimit.ofMtu(1420).apply(memory, bytes.length)).isFalse();
    assertThat(NativeMemory.toBytes(memory, bytes.length)).isEqualTo(bytes);
  }
}
