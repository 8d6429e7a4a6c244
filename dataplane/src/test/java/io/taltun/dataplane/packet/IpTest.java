package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.Seed;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class IpTest {
  /** 10.99.0.1 to 192.168.50.7, UDP, 28 bytes, TTL 64, Don't Fragment. */
  private static final String IPV4 =
      "4500001c12344000401100000a630001c0a83207" + "0035003500080000";

  /** fd99::1 to 2001:db8::7, UDP, 48 bytes, hop limit 64. */
  private static final String IPV6 =
      "6000000000081140"
          + "fd990000000000000000000000000001"
          + "20010db8000000000000000000000007"
          + "0035003500080000";

  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long packet = arena.allocate(256, 16).address();

  @Test
  void shouldReadEveryIpv4Field() {
    put(IPV4);

    assertThat(Ip.version(packet)).isEqualTo(Ip.V4);
    assertThat(Ipv4.headerLength(packet)).isEqualTo(20);
    assertThat(Ipv4.totalLength(packet)).isEqualTo(28);
    assertThat(Ipv4.isFragment(packet)).isFalse();
    assertThat(Ipv4.ttl(packet)).isEqualTo(64);
    assertThat(Ipv4.protocol(packet)).isEqualTo(17);
    assertThat(Ipv4.source(packet)).isEqualTo(0x0a630001);
    assertThat(Ipv4.destination(packet)).isEqualTo(0xc0a83207);
  }

  @Test
  void shouldReadEveryIpv6Field() {
    put(IPV6);

    assertThat(Ip.version(packet)).isEqualTo(Ip.V6);
    assertThat(Ipv6.payloadLength(packet)).isEqualTo(8);
    assertThat(Ipv6.nextHeader(packet)).isEqualTo(17);
    assertThat(Ipv6.isFragment(packet)).isFalse();
    assertThat(Ipv6.hopLimit(packet)).isEqualTo(64);
    assertThat(Ipv6.sourceHigh(packet)).isEqualTo(0xfd99000000000000L);
    assertThat(Ipv6.sourceLow(packet)).isEqualTo(1);
    assertThat(Ipv6.destinationHigh(packet)).isEqualTo(0x20010db800000000L);
    assertThat(Ipv6.destinationLow(packet)).isEqualTo(7);
  }

  @Test
  void shouldGiveTheTrueLengthWhenPaddingFollows() {
    put(IPV4);
    assertThat(Ip.validate(packet, 28)).isEqualTo(28);
    assertThat(Ip.validate(packet, 32)).isEqualTo(28);

    put(IPV6);
    assertThat(Ip.validate(packet, 48)).isEqualTo(48);
    assertThat(Ip.validate(packet, 64)).isEqualTo(48);
  }

  @Test
  void shouldRefuseAPacketWhenItIsCutAnywhere() {
    put(IPV4);
    for (int length = 0; length < 28; length++) {
      assertThat(Ip.validate(packet, length)).isEqualTo(Ip.MALFORMED);
    }
    put(IPV6);
    for (int length = 0; length < 48; length++) {
      assertThat(Ip.validate(packet, length)).isEqualTo(Ip.MALFORMED);
    }
  }

  @Test
  void shouldRefuseAPacketWhenItsHeaderLies() {
    put(IPV4);
    for (int headerWords = 0; headerWords < 16; headerWords++) {
      NativeMemory.putByte(packet, (byte) (0x40 | headerWords));
      boolean fits = headerWords >= 5 && headerWords <= 7;
      assertThat(Ip.validate(packet, 28)).isEqualTo(fits ? 28 : Ip.MALFORMED);
    }
    put(IPV4);
    for (int totalLength : new int[] {0, 19, 29, 65_535}) {
      NativeMemory.putShortBe(packet + Ipv4.TOTAL_LENGTH, (short) totalLength);
      assertThat(Ip.validate(packet, 28)).isEqualTo(Ip.MALFORMED);
    }
    put(IPV6);
    NativeMemory.putShortBe(packet + Ipv6.PAYLOAD_LENGTH, (short) 65_535);
    assertThat(Ip.validate(packet, 48)).isEqualTo(Ip.MALFORMED);
  }

  @Test
  void shouldRefuseAPacketWhenItsVersionIsUnknown() {
    for (int version = 0; version < 16; version++) {
      put(IPV6);
      NativeMemory.putByte(packet, (byte) (version << 4 | 5));
      boolean known = version == Ip.V6;
      if (version != Ip.V4) {
        assertThat(Ip.validate(packet, 48)).isEqualTo(known ? 48 : Ip.MALFORMED);
      }
      assertThat(Ipv4.validate(packet, 48) != Ip.MALFORMED && version != Ip.V4).isFalse();
      assertThat(Ipv6.validate(packet, 48) != Ip.MALFORMED).isEqualTo(known);
    }
  }

  @Test
  void shouldStayInsideThePacketWhenBytesAreRandom() {
    RandomGenerator random = Seed.random();
    byte[] bytes = new byte[128];
    for (int round = 0; round < 50_000; round++) {
      random.nextBytes(bytes);
      bytes[0] = (byte) (random.nextBoolean() ? 0x60 | bytes[0] & 0xf : 0x40 | bytes[0] & 0xf);
      bytes[2] = 0;
      bytes[4] = 0;
      NativeMemory.copy(bytes, 0, packet, bytes.length);
      int length = random.nextInt(bytes.length + 1);
      int valid = Ip.validate(packet, length);
      if (valid != Ip.MALFORMED) {
        int header = Ip.version(packet) == Ip.V4 ? Ipv4.headerLength(packet) : Ipv6.HEADER_LENGTH;
        assertThat(valid).as("seed %d", Seed.VALUE).isBetween(header, length);
      }
    }
  }

  @Test
  void shouldSeeAFragmentWhenItIsOne() {
    put(IPV4);
    NativeMemory.putShortBe(packet + Ipv4.FRAGMENT, (short) 0x2000);
    assertThat(Ipv4.isFragment(packet)).isTrue();
    NativeMemory.putShortBe(packet + Ipv4.FRAGMENT, (short) 0x0001);
    assertThat(Ipv4.isFragment(packet)).isTrue();
    NativeMemory.putShortBe(packet + Ipv4.FRAGMENT, (short) 0xc000);
    assertThat(Ipv4.isFragment(packet)).isFalse();

    put(IPV6);
    NativeMemory.putByte(packet + Ipv6.NEXT_HEADER, (byte) 44);
    assertThat(Ipv6.isFragment(packet)).isTrue();
  }

  @Test
  void shouldKeepTheChecksumRightWhenTheTtlDrops() {
    RandomGenerator random = Seed.random();
    byte[] header = new byte[20];
    for (int round = 0; round < 20_000; round++) {
      random.nextBytes(header);
      header[0] = 0x45;
      header[Ipv4.CHECKSUM] = 0;
      header[Ipv4.CHECKSUM + 1] = 0;
      NativeMemory.copy(header, 0, packet, 20);
      int checksum = Checksum.complement(Checksum.sum(packet, 20));
      NativeMemory.putShortBe(packet + Ipv4.CHECKSUM, (short) checksum);
      int ttl = Ipv4.ttl(packet);

      boolean decremented = Ipv4.decrementTtl(packet);

      assertThat(decremented).isEqualTo(ttl > 1);
      assertThat(Ipv4.ttl(packet)).isEqualTo(decremented ? ttl - 1 : ttl);
      assertThat(Ipv4.protocol(packet)).isEqualTo(header[Ipv4.PROTOCOL] & 0xff);
      assertThat(Checksum.sum(packet, 20)).as("seed %d", Seed.VALUE).isEqualTo(0xffff);
    }
  }

  @Test
  void shouldDropWhenNoHopIsLeft() {
    put(IPV6);
    NativeMemory.putByte(packet + Ipv6.HOP_LIMIT, (byte) 2);

    assertThat(Ipv6.decrementHopLimit(packet)).isTrue();
    assertThat(Ipv6.decrementHopLimit(packet)).isFalse();
    assertThat(Ipv6.hopLimit(packet)).isEqualTo(1);
    NativeMemory.putByte(packet + Ipv6.HOP_LIMIT, (byte) 0);
    assertThat(Ipv6.decrementHopLimit(packet)).isFalse();
    NativeMemory.putByte(packet + Ipv6.HOP_LIMIT, (byte) 255);
    assertThat(Ipv6.decrementHopLimit(packet)).isTrue();
    assertThat(Ipv6.hopLimit(packet)).isEqualTo(254);
    assertThat(Ipv6.nextHeader(packet)).isEqualTo(17);
  }

  @Test
  void shouldSumThePseudoHeader() {
    put(IPV4);
    put("0a630001c0a832070011" + "0008", 128);
    assertThat(Ipv4.pseudoHeaderSum(packet, 17, 8)).isEqualTo(Checksum.sum(packet + 128, 12));

    put(IPV6);
    put(IPV6.substring(16, 80) + "00000008" + "00000011", 128);
    assertThat(Ipv6.pseudoHeaderSum(packet, 17, 8)).isEqualTo(Checksum.sum(packet + 128, 40));
  }

  /**
   * Trap 28: whatever extension headers claim, the length, the addresses and the hop limit come
   * from the fixed header alone, and no extension header passes for the transport behind it.
   */
  @Test
  void shouldReadTheFixedHeaderOnlyWhenExtensionHeadersLie() {
    RandomGenerator random = Seed.random();
    byte[] extensions = new byte[200];
    for (int extension : new int[] {0, 43, 44, 50, 51, 60, 135, 139, 140, 253, 254}) {
      put(IPV6);
      NativeMemory.putByte(packet + Ipv6.NEXT_HEADER, (byte) extension);
      random.nextBytes(extensions);
      NativeMemory.copy(extensions, 0, packet + Ipv6.HEADER_LENGTH, extensions.length);

      assertThat(Ip.validate(packet, 48)).isEqualTo(48);
      assertThat(Ip.validate(packet, 47)).isEqualTo(Ip.MALFORMED);
      assertThat(Ipv6.nextHeader(packet)).isEqualTo(extension);
      assertThat(Ipv6.sourceHigh(packet)).isEqualTo(0xfd99000000000000L);
      assertThat(Ipv6.destinationLow(packet)).isEqualTo(7);
      assertThat(Ipv6.isFragment(packet)).isEqualTo(extension == 44);
    }
    put(IPV6);
    NativeMemory.putByte(packet + Ipv6.NEXT_HEADER, (byte) 0);
    NativeMemory.putShortBe(packet + Ipv6.PAYLOAD_LENGTH, (short) 0);
    assertThat(Ip.validate(packet, 40)).as("announced, not there").isEqualTo(40);
  }

  private void put(String hex) {
    put(hex, 0);
  }

  private void put(String hex, int offset) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    NativeMemory.copy(bytes, 0, packet + offset, bytes.length);
  }
}
