package io.taltun.dataplane.packet;

import static io.taltun.dataplane.packet.Cutter.gsoType;
import static io.taltun.dataplane.packet.Cutter.reference;
import static io.taltun.dataplane.packet.Cutter.virtio;
import static io.taltun.dataplane.tun.VirtioNetHeader.DATA_VALID;
import static io.taltun.dataplane.tun.VirtioNetHeader.GSO_ECN;
import static io.taltun.dataplane.tun.VirtioNetHeader.GSO_NONE;
import static io.taltun.dataplane.tun.VirtioNetHeader.GSO_TCPV4;
import static io.taltun.dataplane.tun.VirtioNetHeader.GSO_TCPV6;
import static io.taltun.dataplane.tun.VirtioNetHeader.GSO_UDP;
import static io.taltun.dataplane.tun.VirtioNetHeader.GSO_UDP_L4;
import static io.taltun.dataplane.tun.VirtioNetHeader.NEEDS_CSUM;
import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.Allocation;
import io.taltun.dataplane.Seed;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SegmenterTest {
  @AutoClose private final Arena arena = Arena.ofConfined();

  private final Cutter cutter = new Cutter(arena);
  private final long header = cutter.header;
  private final long packet = cutter.packet;
  private final Segmenter segmenter = cutter.segmenter;

  @Test
  void shouldPassAPacketOnWhenItAsksForNothing() {
    byte[] bytes = TransportPacket.tcp4().payload(1380, 1).build();

    assertThat(cutter.cut(virtio(0, GSO_NONE, 0, 0, 0), bytes)).containsExactly(bytes);
    assertThat(cutter.cut(virtio(DATA_VALID, GSO_NONE, 0, 0, 0), bytes)).containsExactly(bytes);
  }

  @Test
  void shouldCompleteTheChecksumWhenItIsPartial() {
    for (TransportPacket it : kinds()) {
      it.payload(777, 3);
      byte[] virtio = virtio(NEEDS_CSUM, GSO_NONE, 0, it.transport(), it.tcp ? 16 : 6);

      assertThat(cutter.cut(virtio, it.buildPartial())).containsExactly(it.build());
    }
  }

  @Test
  void shouldSendAFullUdpChecksumWhenItIsZero() {
    TransportPacket it = TransportPacket.udp4().payload(2, 0);
    it.payload = new byte[2];
    // The last word takes the sum to ffff, whose complement is "no checksum".
    byte[] bytes = it.build();
    it.payload = Arrays.copyOfRange(bytes, 26, 28);

    byte[] virtio = virtio(NEEDS_CSUM, GSO_NONE, 0, 20, 6);
    assertThat(ReferenceOffload.get16(cutter.cut(virtio, it.buildPartial()).get(0), 26))
        .isEqualTo(0xffff);
    byte[] uso = virtio(NEEDS_CSUM, GSO_UDP_L4, 2, 20, 6);
    assertThat(ReferenceOffload.get16(cutter.cut(uso, it.buildPartial()).get(0), 26))
        .isEqualTo(0xffff);
  }

  @Test
  void shouldCutAStreamWhenIpv4CarriesIt() {
    TransportPacket it = TransportPacket.tcp4().payload(3000, 5);
    it.sequence = -2000;
    it.identification = 0xfffe;
    it.flags = 0x10 | 0x08 | 0x01 | 0x80 | 0x40;
    byte[] virtio = virtio(NEEDS_CSUM, GSO_TCPV4 | GSO_ECN, 1000, 20, 16);

    List<byte[]> packets = cutter.cut(virtio, it.buildPartial());

    assertThat(packets).containsExactlyElementsOf(reference(it, 1000));
    assertThat(packets).extracting(bytes -> bytes[33] & 0xff).containsExactly(0xd0, 0x50, 0x59);
    assertThat(packets)
        .extracting(bytes -> ReferenceOffload.get16(bytes, 4))
        .containsExactly(0xfffe, 0xffff, 0);
    assertThat(packets)
        .extracting(bytes -> ByteBuffer.wrap(bytes).getInt(24))
        .containsExactly(-2000, -1000, 0);
  }

  @Test
  void shouldKeepEveryFlagWhenOnePacketIsEnough() {
    TransportPacket it = TransportPacket.tcp6().payload(500, 5);
    it.flags = 0x10 | 0x08 | 0x01 | 0x80;
    byte[] virtio = virtio(NEEDS_CSUM, GSO_TCPV6, 1000, 40, 16);

    assertThat(cutter.cut(virtio, it.buildPartial())).containsExactly(it.build());
  }

  @Test
  void shouldCarryOptionsAlong() {
    TransportPacket it = TransportPacket.tcp4().payload(2500, 9);
    it.ipOptions = new byte[] {(byte) 0x94, 4, 0, 0, 1, 1, 1, 0};
    it.tcpOptions = new byte[] {1, 1, 8, 10, 0, 1, 2, 3, 4, 5, 6, 7};
    byte[] virtio = virtio(NEEDS_CSUM, GSO_TCPV4, 1200, 28, 16);

    List<byte[]> packets = cutter.cut(virtio, it.buildPartial());

    assertThat(packets).hasSize(3).containsExactlyElementsOf(reference(it, 1200));
  }

  /** The sum over the last destination comes from the kernel; the fixed header has the first. */
  @Test
  void shouldCarryExtensionHeadersAlongWhenTheKernelSaysWhereTheyEnd() {
    byte[] plain = TransportPacket.udp6().payload(900, 2).buildPartial();
    byte[] routing = {17, 0, 4, 0, 0, 0, 0, 0};
    byte[] bytes = insert(plain, 40, routing);
    bytes[6] = 43;
    ReferenceOffload.put16(bytes, 4, bytes.length - 40);
    byte[] virtio = virtio(NEEDS_CSUM, GSO_UDP_L4, 500, 48, 6);

    List<byte[]> packets = cutter.cut(virtio, bytes);

    List<byte[]> expected = new ArrayList<>();
    for (byte[] each : ReferenceOffload.segment(plain, 40, false, 500)) {
      byte[] with = insert(each, 40, routing);
      with[6] = 43;
      ReferenceOffload.put16(with, 4, with.length - 40);
      expected.add(with);
    }
    assertThat(packets).hasSize(2).containsExactlyElementsOf(expected);
  }

  @Test
  void shouldCutWhenNoPartialSumIsThere() {
    for (TransportPacket it : kinds()) {
      it.payload(3210, 3);
      byte[] virtio = virtio(DATA_VALID, gsoType(it), 999, 0, 0);

      assertThat(cutter.cut(virtio, it.build())).containsExactlyElementsOf(reference(it, 999));
    }
  }

  @Test
  void shouldAgreeWithTheReferenceWhenEverythingVaries() {
    RandomGenerator random = Seed.random();
    for (int round = 0; round < 3_000; round++) {
      TransportPacket it = new TransportPacket(random.nextBoolean(), random.nextBoolean());
      it.trafficClass = random.nextInt(256);
      it.flowLabel = random.nextInt(1 << 20);
      it.hops = random.nextInt(256);
      it.identification = random.nextInt(1 << 16);
      it.fragment = random.nextBoolean() ? 0x4000 : 0;
      it.sequence = random.nextInt();
      it.acknowledgment = random.nextInt();
      it.flags = random.nextInt(256);
      it.window = random.nextInt(1 << 16);
      it.urgent = random.nextInt(1 << 16);
      it.host = random.nextInt(1 << 16);
      it.ipOptions = new byte[it.v6 ? 0 : random.nextInt(4) == 0 ? 4 * random.nextInt(11) : 0];
      it.tcpOptions = new byte[it.tcp ? 4 * random.nextInt(11) : 0];
      random.nextBytes(it.ipOptions);
      random.nextBytes(it.tcpOptions);
      int most = 65_535 - it.headerLength();
      int length = 1 + random.nextInt(round % 20 == 0 ? most : 5_000);
      it.payload = new byte[length];
      if (round % 7 != 0) {
        random.nextBytes(it.payload);
      }
      int size = Math.max(1 + random.nextInt(1_500), length / 2_000 + 1);
      byte[] virtio = virtio(NEEDS_CSUM, gsoType(it), size, it.transport(), it.tcp ? 16 : 6);

      assertThat(cutter.cut(virtio, it.buildPartial()))
          .as("round %d, seed %d", round, Seed.VALUE)
          .containsExactlyElementsOf(reference(it, size));
    }
  }

  @Test
  void shouldRefuseWhatDoesNotFitTogether() {
    TransportPacket tcp = TransportPacket.tcp4().payload(3000, 1);
    TransportPacket udp = TransportPacket.udp6().payload(3000, 1);
    byte[] tcp4 = tcp.buildPartial();
    byte[] udp6 = udp.buildPartial();

    refuse("no size", virtio(NEEDS_CSUM, GSO_TCPV4, 0, 20, 16), tcp4);
    refuse("TCP over the other version", virtio(NEEDS_CSUM, GSO_TCPV6, 1000, 20, 16), tcp4);
    refuse("UDP in TCP", virtio(NEEDS_CSUM, GSO_UDP_L4, 1000, 20, 6), tcp4);
    refuse("TCP in UDP", virtio(NEEDS_CSUM, GSO_TCPV6, 1000, 40, 16), udp6);
    refuse("fragments", virtio(NEEDS_CSUM, GSO_UDP, 1000, 40, 6), udp6);
    refuse("only ECN", virtio(NEEDS_CSUM, GSO_ECN, 1000, 20, 16), tcp4);
    refuse("an unknown type", virtio(NEEDS_CSUM, 7, 1000, 20, 16), tcp4);
    refuse("a tunnel", virtio(NEEDS_CSUM, 0x20 | GSO_TCPV4, 1000, 20, 16), tcp4);
    refuse("the checksum elsewhere", virtio(NEEDS_CSUM, GSO_TCPV4, 1000, 20, 6), tcp4);
    refuse("the transport elsewhere", virtio(NEEDS_CSUM, GSO_TCPV4, 1000, 24, 16), tcp4);
    refuse("the transport in the header", virtio(NEEDS_CSUM, GSO_UDP_L4, 1000, 32, 6), udp6);
    refuse("the transport outside", virtio(NEEDS_CSUM, GSO_UDP_L4, 1000, 3041, 6), udp6);
    refuse("the farthest", virtio(NEEDS_CSUM, GSO_UDP_L4, 0xffff, 0xffff, 6), udp6);
    refuse("a long header", virtio(NEEDS_CSUM, GSO_UDP_L4, 1000, 120, 6), udp6);
    refuse("too many packets", virtio(NEEDS_CSUM, GSO_UDP_L4, 1, 40, 6), udp6);
    refuse("a checksum outside", virtio(NEEDS_CSUM, GSO_NONE, 0, 3019, 20), tcp4);
    refuse("a checksum far outside", virtio(NEEDS_CSUM, GSO_NONE, 0, 0xffff, 0xffff), tcp4);
    refuse("a checksum over addresses", virtio(NEEDS_CSUM, GSO_NONE, 0, 8, 8), udp6);

    byte[] shortHeader = tcp4.clone();
    shortHeader[32] = 0x40;
    refuse("a short TCP header", virtio(NEEDS_CSUM, GSO_TCPV4, 1000, 20, 16), shortHeader);
    byte[] empty = TransportPacket.tcp4().buildPartial();
    refuse("no payload", virtio(NEEDS_CSUM, GSO_TCPV4, 1000, 20, 16), empty);
    byte[] beyond = empty.clone();
    beyond[32] = (byte) 0xf0;
    refuse("a TCP header beyond", virtio(NEEDS_CSUM, GSO_TCPV4, 1000, 20, 16), beyond);
  }

  private void refuse(String what, byte[] virtio, byte[] bytes) {
    assertThat(cutter.cut(virtio, bytes)).as(what).isEmpty();
  }

  /** Whatever the header says, no packet leaves the room that the read packet has. */
  @Test
  void shouldStayInsideThePacketWhenHeadersAreRandom() {
    RandomGenerator random = Seed.random();
    int[] types = {GSO_NONE, GSO_TCPV4, GSO_TCPV6, GSO_UDP_L4, GSO_UDP, GSO_ECN, 0x81, 0xff};
    byte[] noise = new byte[300];
    int accepted = 0;
    for (int round = 0; round < 300_000; round++) {
      random.nextBytes(noise);
      noise[0] = (byte) (random.nextBoolean() ? 0x45 + random.nextInt(11) : 0x60);
      noise[random.nextBoolean() ? 9 : 6] = (byte) (random.nextBoolean() ? 6 : 17);
      int room = 20 + random.nextInt(noise.length - 20);
      if (noise[0] == 0x60) {
        ReferenceOffload.put16(noise, 4, Math.max(0, room - 40));
      } else {
        ReferenceOffload.put16(noise, 2, room);
      }
      NativeMemory.copy(noise, 0, packet, noise.length);
      int length = Ip.validate(packet, room);
      if (length < 0) {
        continue;
      }
      int start = random.nextInt(4) == 0 ? random.nextInt(1 << 16) : 4 * random.nextInt(30);
      byte[] virtio =
          virtio(
              random.nextInt(4),
              types[random.nextInt(types.length)],
              random.nextInt(random.nextBoolean() ? 50 : 1 << 16),
              start,
              random.nextBoolean() ? 6 : random.nextBoolean() ? 16 : random.nextInt(1 << 16));
      NativeMemory.copy(virtio, 0, header, 10);
      int count = segmenter.begin(header, packet, length);
      int payload = 0;
      for (int i = 0; i < count; i++) {
        long at = segmenter.next();
        if (at < packet || at + segmenter.length() > packet + length || segmenter.length() < 20) {
          throw new AssertionError("round " + round + ", seed " + Seed.VALUE);
        }
        payload += segmenter.length();
      }
      accepted += count > 1 && payload > length ? 1 : 0;
      for (int i = length; i < noise.length; i++) {
        if (NativeMemory.getByte(packet + i) != noise[i]) {
          throw new AssertionError("byte behind changed, round " + round + ", seed " + Seed.VALUE);
        }
      }
    }
    assertThat(accepted).isGreaterThan(1_000);
  }

  @Test
  void shouldNotAllocateWhenAMillionPacketsPass() {
    TransportPacket it = TransportPacket.tcp4().payload(64 * 1000, 1);
    byte[] virtio = virtio(NEEDS_CSUM, GSO_TCPV4, 1000, 20, 16);
    byte[] bytes = it.buildPartial();
    NativeMemory.copy(bytes, 0, packet, bytes.length);

    long allocated =
        Allocation.afterWarmUp(
            () -> {
              for (int i = 0; i < 20_000 / 64; i++) {
                NativeMemory.copy(virtio, 0, header, 10);
                NativeMemory.copy(bytes, 0, packet, it.headerLength());
                int count = segmenter.begin(header, packet, bytes.length);
                for (int k = 0; k < count; k++) {
                  segmenter.next();
                }
              }
            });

    assertThat(allocated).isZero();
  }

  private static List<TransportPacket> kinds() {
    return List.of(
        TransportPacket.tcp4(),
        TransportPacket.udp4(),
        TransportPacket.tcp6(),
        TransportPacket.udp6());
  }

  private static byte[] insert(byte[] bytes, int at, byte[] more) {
    byte[] result = Arrays.copyOf(bytes, bytes.length + more.length);
    System.arraycopy(more, 0, result, at, more.length);
    System.arraycopy(bytes, at, result, at + more.length, bytes.length - at);
    return result;
  }
}
