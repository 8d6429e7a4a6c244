package io.taltun.dataplane.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SocketAddressTest {
  private static final List<Endpoint> DIFFERENT =
      List.of(
          Endpoint.ofIpv4(0x7f00_0001, 51820),
          Endpoint.ofIpv4(0x7f00_0001, 51821),
          Endpoint.ofIpv4(0x7f00_0002, 51820),
          Endpoint.ofIpv4(0, 0),
          Endpoint.ofIpv4(-1, 65535),
          Endpoint.ofIpv6(0, 0, 0, 0),
          Endpoint.ofIpv6(0, 1, 51820, 0),
          Endpoint.ofIpv6(0xfe80L << 48, 1, 51820, 2),
          Endpoint.ofIpv6(0xfe80L << 48, 1, 51820, 3),
          Endpoint.ofIpv6(0xfe80L << 48, 2, 51820, 3),
          Endpoint.ofIpv6(-1, -1, 65535, 0));

  @AutoClose private final Arena arena = Arena.ofConfined();

  private final long at = arena.allocate(32, 8).address();

  @Test
  void shouldLieInMemoryAsTheKernelReadsItWhenWritten() {
    // Families are in the host's order; every machine Taltun runs on is little-endian.
    assertThat(SocketAddress.write(Endpoint.ofIpv4(0xc000_0201, 51820), at)).isEqualTo(16);
    assertThat(hex(16)).isEqualTo("0200" + "ca6c" + "c0000201" + "0000000000000000");
    Endpoint linkLocal = Endpoint.ofIpv6(0xfe80L << 48, 0x0102_0304_0506_0708L, 1, 2);
    assertThat(SocketAddress.write(linkLocal, at)).isEqualTo(28);
    assertThat(hex(28))
        .isEqualTo("0a00" + "0001" + "00000000" + "fe800000000000000102030405060708" + "02000000");
  }

  @Test
  void shouldReadTheSameEndpointWhenItWasWritten() {
    for (Endpoint endpoint : DIFFERENT) {
      SocketAddress.write(endpoint, at);
      assertThat(SocketAddress.read(at)).isEqualTo(endpoint);
    }
  }

  @Test
  void shouldMatchOnlyItselfWhenComparedWithEveryOther() {
    for (Endpoint written : DIFFERENT) {
      SocketAddress.write(written, at);
      for (Endpoint other : DIFFERENT) {
        assertThat(SocketAddress.matches(other, at))
            .as("%s and %s", other, written)
            .isEqualTo(other.equals(written));
      }
    }
  }

  private String hex(int length) {
    return HexFormat.of().formatHex(NativeMemory.toBytes(at, length));
  }
}
