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
      assertThat(NativeMemory.getLong(header + 40)).as("msg_controllen").isZero();
    }
  }

  @Test
  void shouldAskForSegmentsAsTheKernelReadsItWhenTheyHaveASize() {
    try (Arena arena = Arena.ofConfined()) {
      MessageArray messages = new MessageArray(arena, 2);
      messages.setSegmentSize(1, 1452);
      long control = NativeMemory.getLong(messages.header(1) + 32);
      assertThat(NativeMemory.getLong(messages.header(1) + 40)).as("CMSG_SPACE(2)").isEqualTo(24);
      assertThat(NativeMemory.getLong(control)).as("CMSG_LEN(2)").isEqualTo(18);
      assertThat(NativeMemory.getInt(control + 8)).as("SOL_UDP").isEqualTo(17);
      assertThat(NativeMemory.getInt(control + 12)).as("UDP_SEGMENT").isEqualTo(103);
      assertThat(NativeMemory.getShort(control + 16)).isEqualTo((short) 1452);
      messages.setSegmentSize(1, 0);
      assertThat(NativeMemory.getLong(messages.header(1) + 40)).isZero();
    }
  }

  @Test
  void shouldFindAControlMessageBehindAnotherWhenTheKernelWroteTwo() {
    try (Arena arena = Arena.ofConfined()) {
      MessageArray messages = new MessageArray(arena, 1);
      messages.prepareToReceive(0);
      long control = NativeMemory.getLong(messages.header(0) + 32);
      putControl(control, 1, 40, 7);
      putControl(control + 24, 17, 104, 1452);
      NativeMemory.putLong(messages.header(0) + 40, 48);
      assertThat(value(messages, 17, 104)).isEqualTo(1452);
      assertThat(value(messages, 1, 40)).isEqualTo(7);
      assertThat(value(messages, 17, 103)).isZero();
      NativeMemory.putLong(messages.header(0) + 40, 24);
      assertThat(value(messages, 17, 104)).isZero();
    }
  }

  /** A control message whose length is no length must not hold the walk up. */
  @Test
  void shouldEndWhenAControlMessageHasNoLength() {
    try (Arena arena = Arena.ofConfined()) {
      MessageArray messages = new MessageArray(arena, 1);
      messages.prepareToReceive(0);
      assertThat(value(messages, 17, 104)).isZero();
    }
  }

  /** 32 bits, or 0 when there is no such control message. */
  private static int value(MessageArray messages, int level, int type) {
    long data = MessageHeader.control(messages.header(0), level, type);
    return data == 0 ? 0 : NativeMemory.getInt(data);
  }

  private static void putControl(long at, int level, int type, int value) {
    NativeMemory.putLong(at, 20);
    NativeMemory.putInt(at + 8, level);
    NativeMemory.putInt(at + 12, type);
    NativeMemory.putInt(at + 16, value);
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
