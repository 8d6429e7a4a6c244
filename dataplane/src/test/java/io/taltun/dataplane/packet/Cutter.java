package io.taltun.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A segmenter and the place where a TUN device's read lies, for tests. */
final class Cutter {
  private static final int ROOM = 66_000;
  private static final int BEFORE = 128;

  final long header;
  final long packet;
  final Segmenter segmenter;

  Cutter(Arena arena) {
    packet = arena.allocate(BEFORE + ROOM + 128, 64).address() + BEFORE;
    header = packet - VirtioNetHeader.LENGTH;
    segmenter = new Segmenter(arena);
  }

  static int gsoType(TransportPacket it) {
    if (!it.tcp) {
      return VirtioNetHeader.GSO_UDP_L4;
    }
    return it.v6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
  }

  static List<byte[]> reference(TransportPacket it, int size) {
    return ReferenceOffload.segment(it.build(), it.transport(), it.tcp, size);
  }

  /** A header with a length that is not to be believed. */
  static byte[] virtio(int flags, int gsoType, int size, int start, int offset) {
    ByteBuffer virtio = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    virtio.put((byte) flags).put((byte) gsoType).putShort((short) 3).putShort((short) size);
    return virtio.putShort((short) start).putShort((short) offset).array();
  }

  /** Everything that comes out; what was taken already is destroyed, as a cipher may do. */
  List<byte[]> cut(byte[] virtio, byte[] bytes) {
    byte[] behind = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    NativeMemory.copy(virtio, 0, header, virtio.length);
    NativeMemory.copy(bytes, 0, packet, bytes.length);
    NativeMemory.copy(behind, 0, packet + bytes.length, behind.length);
    int count = segmenter.begin(header, packet, bytes.length);
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long at = segmenter.next();
      int length = segmenter.length();
      if (at < packet || length < 0 || at + length > packet + bytes.length) {
        throw new AssertionError("packet " + i + " lies outside");
      }
      packets.add(NativeMemory.toBytes(at, length));
      for (long address = at - 64; address < at + length; address++) {
        NativeMemory.putByte(address, (byte) 0xa5);
      }
    }
    assertThat(NativeMemory.toBytes(packet + bytes.length, behind.length)).isEqualTo(behind);
    return packets;
  }
}
