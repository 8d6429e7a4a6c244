package io.taltun.bench.micro;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.packet.Checksum;
import io.taltun.dataplane.packet.Ipv4;
import io.taltun.dataplane.packet.Tcp;
import io.taltun.dataplane.packet.Udp;
import java.lang.foreign.Arena;
import java.util.Random;

/** IPv4 packets as a bulk transfer has them: TCP with timestamps, or UDP; correct checksums. */
final class InnerPackets {
  /** Bytes of the headers before a TCP payload. */
  static final int TCP_HEADERS = Ipv4.MIN_HEADER_LENGTH + Tcp.MIN_HEADER_LENGTH + 12;

  /** Bytes of the headers before a UDP payload. */
  static final int UDP_HEADERS = Ipv4.MIN_HEADER_LENGTH + Udp.HEADER_LENGTH;

  private static final long SEED = 7;

  private InnerPackets() {}

  /** Random bytes, with room of {@code headroom} bytes before them. */
  static long allocate(Arena arena, int headroom, int length) {
    byte[] random = new byte[length];
    new Random(SEED).nextBytes(random);
    long packet = arena.allocate(headroom + length + 64L, 64).address() + headroom;
    NativeMemory.copy(random, 0, packet, length);
    return packet;
  }

  /** Writes the headers of a packet whose payload is there already. */
  static void putHeaders(long packet, int length, boolean tcp, int port, int sequence) {
    NativeMemory.putIntBe(packet, 0x4500_0000 | length);
    NativeMemory.putIntBe(packet + 4, 0x0000_4000);
    NativeMemory.putIntBe(packet + 8, 0x4000_0000 | (tcp ? Tcp.PROTOCOL : Udp.PROTOCOL) << 16);
    NativeMemory.putIntBe(packet + 12, 0x0a63_0001);
    NativeMemory.putIntBe(packet + 16, 0x0a63_0002);
    NativeMemory.putShortBe(
        packet + 10, (short) Checksum.complement(Checksum.sum(packet, Ipv4.MIN_HEADER_LENGTH)));
    long transport = packet + Ipv4.MIN_HEADER_LENGTH;
    int transportLength = length - Ipv4.MIN_HEADER_LENGTH;
    NativeMemory.putIntBe(transport, port << 16 | 5201);
    int place;
    if (tcp) {
      NativeMemory.putIntBe(transport + 4, sequence);
      NativeMemory.putIntBe(transport + 8, 1);
      NativeMemory.putIntBe(transport + 12, 0x8010_01f5);
      NativeMemory.putIntBe(transport + 16, 0);
      NativeMemory.putIntBe(transport + 20, 0x0101_080a);
      NativeMemory.putLongBe(transport + 24, 0x0123_4567_0123_4568L);
      place = 16;
    } else {
      NativeMemory.putIntBe(transport + 4, transportLength << 16);
      place = 6;
    }
    int protocol = tcp ? Tcp.PROTOCOL : Udp.PROTOCOL;
    long sum = Ipv4.pseudoHeaderSum(packet, protocol, transportLength);
    sum += Checksum.sum(transport, transportLength);
    NativeMemory.putShortBe(transport + place, (short) Checksum.complement(sum));
  }

  /** A copy of the headers, to be put back. */
  static long saveHeaders(Arena arena, long packet) {
    long saved = arena.allocate(TCP_HEADERS, 64).address();
    NativeMemory.copy(packet, saved, TCP_HEADERS);
    return saved;
  }

  static void restoreHeaders(long saved, long packet) {
    NativeMemory.copy(saved, packet, TCP_HEADERS);
  }
}
