package io.taltun.dataplane.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** The offsets of {@code struct mmsghdr} and {@code struct iovec} on LP64, written out. */
class MessageArrayTest {
  @Test
  void shouldLieInMemoryAsTheKernelReadsItWhenFilled() {
    try (Arena arena = Arena.ofConfined()) {
      MessageArray messages = new MessageArray(arena, 3);
      messages.setBuffer(2, 0x1122_3344_5566L, 1500);
      messages.setAddressLength(2, 28);
      long header = messages.header(2);
      assertThat(header - messages.header(0)).isEqualTo(2 * 64);
      assertThat(NativeMemory.getLong(header)).as("msg_name").isEqualTo(messages.address(2));
      assertThat(NativeMemory.getInt(header + 8)).as("msg_namelen").isEqualTo(28);
      long vector = NativeMemory.getLong(header + 16);
      assertThat(NativeMemory.getLong(vector)).as("iov_base").isEqualTo(0x1122_3344_5566L);
      assertThat(NativeMemory.getLong(vector + 8)).as("iov_len").isEqualTo(1500);
      assertThat(NativeMemory.getLong(header + 24)).as("msg_iovlen").isOne();
      assertThat(NativeMemory.getLong(header + 32)).as("msg_control").isZero();
      assertThat(NativeMemory.getLong(header + 40)).as("msg_controllen").isZero();
    }
  }

  @Test
  void shouldShowWhatTheKernelWroteWhenReceived() {
    try (Arena arena = Arena.ofConfined()) {
      MessageArray messages = new MessageArray(arena, 2);
      NativeMemory.putInt(messages.header(1) + 48, MessageArray.MSG_TRUNC);
      NativeMemory.putInt(messages.header(1) + 56, 777);
      assertThat(messages.flags(1)).isEqualTo(MessageArray.MSG_TRUNC);
      assertThat(messages.length(1)).isEqualTo(777);
      assertThat(messages.flags(0)).isZero();
      assertThat(messages.length(0)).isZero();
      assertThat(messages.address(1) - messages.address(0)).isEqualTo(MessageArray.ADDRESS_ROOM);
    }
  }
}
