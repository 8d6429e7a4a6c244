package io.taltun.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.taltun.crypto.primitive.openssl.OpenSsl;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PrimitivesTest {
  @ParameterizedTest
  @MethodSource("io.taltun.crypto.primitive.Engines#all")
  void shouldDescribeItsEngines(Primitives primitives) {
    assertThat(primitives.describe())
        .startsWith(
            "aead=%s x25519=%s blake2s=%s xchacha20poly1305=bouncycastle ("
                .formatted(
                    primitives.aead().engine(),
                    primitives.x25519().engine(),
                    primitives.blake2s().engine()));
  }

  @ParameterizedTest
  @EnumSource
  void shouldUseWhatIsChosenWhenThereIsLibcrypto(AeadChoice choice) {
    assumeTrue(OpenSsl.installed().available(), OpenSsl.installed().note());
    String engine = Primitives.best(choice).aead().engine();
    if (choice == AeadChoice.AUTO) {
      assertThat(engine).isIn("libcrypto/fused", "libcrypto/split", "libcrypto/direct");
      assertThat(Primitives.best().aead().engine()).isEqualTo(engine);
      assertThat(Primitives.of("libcrypto").aead().engine()).isEqualTo(engine);
    } else {
      assertThat(engine).isEqualTo("libcrypto/" + choice.label());
      assertThat(Primitives.of(engine).aead().engine()).isEqualTo(engine);
    }
  }

  @Test
  void shouldRefuseAnEngineWhenItsNameIsUnknown() {
    assertThatThrownBy(() -> Primitives.of("rot13"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no engine \"rot13\": choose libcrypto, jdk or bouncycastle");
  }

  @Test
  void shouldReadAndWriteNativeMemoryInBothByteOrders() {
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocate(32).address() + 1;
      NativeMemory.putLongBe(at, 0x0102030405060708L);
      assertThat(NativeMemory.getLongLe(at)).isEqualTo(0x0807060504030201L);
      assertThat(NativeMemory.getIntBe(at)).isEqualTo(0x01020304);
      assertThat(NativeMemory.getIntLe(at)).isEqualTo(0x04030201);
      assertThat(NativeMemory.getShortBe(at)).isEqualTo((short) 0x0102);
      assertThat(NativeMemory.getShortLe(at)).isEqualTo((short) 0x0201);
      NativeMemory.putShortBe(at, (short) 0xfffe);
      assertThat(NativeMemory.getUnsignedShortBe(at)).isEqualTo(0xfffe);
      assertThat(NativeMemory.getUnsignedByte(at)).isEqualTo(0xff);
      NativeMemory.copy(at, at + 1, 8);
      assertThat(NativeMemory.toBytes(at, 9)).containsExactly(-1, -1, -2, 3, 4, 5, 6, 7, 8);
      NativeMemory.clear(at, 9);
      assertThat(NativeMemory.toBytes(at, 9)).containsOnly(0);
    }
  }
}
