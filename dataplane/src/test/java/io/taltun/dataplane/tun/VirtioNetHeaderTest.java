package io.taltun.dataplane.tun;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class VirtioNetHeaderTest {
  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long header = arena.allocate(16, 16).address();

  /** As x86-64 and arm64 lay out the structure of linux/virtio_net.h. */
  @Test
  void shouldReadEveryFieldWhereTheStructureHasIt() {
    put("01840200a80528001000");

    assertThat(VirtioNetHeader.flags(header)).isEqualTo(VirtioNetHeader.NEEDS_CSUM);
    assertThat(VirtioNetHeader.gsoType(header))
        .isEqualTo(VirtioNetHeader.GSO_TCPV6 | VirtioNetHeader.GSO_ECN);
    assertThat(VirtioNetHeader.headerLength(header)).isEqualTo(2);
    assertThat(VirtioNetHeader.gsoSize(header)).isEqualTo(1448);
    assertThat(VirtioNetHeader.checksumStart(header)).isEqualTo(40);
    assertThat(VirtioNetHeader.checksumOffset(header)).isEqualTo(16);
  }

  @Test
  void shouldReadFieldsUnsigned() {
    put("ffffffffffffffffffff");

    assertThat(VirtioNetHeader.flags(header)).isEqualTo(0xff);
    assertThat(VirtioNetHeader.gsoType(header)).isEqualTo(0xff);
    assertThat(VirtioNetHeader.headerLength(header)).isEqualTo(0xffff);
    assertThat(VirtioNetHeader.gsoSize(header)).isEqualTo(0xffff);
    assertThat(VirtioNetHeader.checksumStart(header)).isEqualTo(0xffff);
    assertThat(VirtioNetHeader.checksumOffset(header)).isEqualTo(0xffff);
  }

  /** Trap 14: nothing of the packet that was there before is left in the header. */
  @Test
  void shouldWriteEveryByteOfAHeader() {
    put("ffffffffffffffffffffaabb");

    VirtioNetHeader.setPartialChecksum(header, 20, 6);
    VirtioNetHeader.setSegmentation(header, VirtioNetHeader.GSO_UDP_L4, 28, 0x1234);

    assertThat(hex(12)).isEqualTo("01051c00341214000600aabb");

    VirtioNetHeader.clear(header);

    assertThat(hex(12)).isEqualTo("00000000000000000000aabb");
  }

  private void put(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    NativeMemory.copy(bytes, 0, header, bytes.length);
  }

  private String hex(int length) {
    return HexFormat.of().formatHex(NativeMemory.toBytes(header, length));
  }
}
