package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.tun.VirtioNetHeader;
import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What a TUN device with offloads may give. An input is either a description of a packet, which is
 * cut as the reference cuts it, or a header and a packet byte by byte: then what comes out is
 * complete packets with all of the payload, and nothing outside of the packet is touched.
 */
public final class SegmenterTarget implements FuzzTarget {
  private static final int DESCRIBED = 0;
  private static final int VIRTIO = VirtioNetHeader.LENGTH;

  private final Arena arena = Arena.ofShared();
  private final Cutter cutter = new Cutter(arena);

  /** What kind of input, and the input. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    if (input.below(2) == DESCRIBED) {
      described(input);
    } else {
      raw(input.take(VIRTIO), input.rest());
    }
  }

  private void described(Input input) {
    TransportPacket it = new TransportPacket(input.oneIn(2), input.oneIn(2));
    it.flags = input.next();
    it.identification = input.next16();
    it.fragment = input.oneIn(2) ? 0x4000 : 0;
    it.sequence = input.nextInt();
    int size = 1 + input.below(1_500);
    int most = input.oneIn(64) ? 9_000 : 1_500;
    int length = Math.max(1, Math.min(input.below(most), size * Segmenter.MAX_SEGMENTS));
    int options = input.next();
    it.tcpOptions = new byte[it.tcp ? options % 11 * 4 : 0];
    it.ipOptions = new byte[it.v6 || options < 200 ? 0 : options % 10 * 4];
    it.trafficClass = input.next();
    it.host = input.next16();
    it.urgent = input.next();
    byte[] head = input.take(length);
    it.payload(length, input.next());
    System.arraycopy(head, 0, it.payload, 0, head.length);
    byte[] virtio =
        Cutter.virtio(
            VirtioNetHeader.NEEDS_CSUM, Cutter.gsoType(it), size, it.transport(), it.tcp ? 16 : 6);
    List<byte[]> expected = Cutter.reference(it, size);
    same(expected, cutter.cut(virtio, it.buildPartial()));
  }

  private static void same(List<byte[]> expected, List<byte[]> actual) {
    if (expected.size() != actual.size()) {
      throw new AssertionError(actual.size() + " packets, not " + expected.size());
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!Arrays.equals(expected.get(i), actual.get(i))) {
        throw new AssertionError("packet " + i + " is another one");
      }
    }
  }

  private void raw(byte[] virtio, byte[] bytes) {
    if (virtio.length < VIRTIO || bytes.length == 0) {
      return;
    }
    NativeMemory.copy(bytes, 0, cutter.packet, bytes.length);
    int length = Ip.validate(cutter.packet, bytes.length);
    if (length < 0) {
      return;
    }
    byte[] packet = Arrays.copyOf(bytes, length);
    List<byte[]> packets = cutter.cut(virtio, packet);
    // What is read behind the packet, differs now.
    fill(cutter.packet + length, (byte) 0xff);
    NativeMemory.copy(virtio, 0, cutter.header, VIRTIO);
    NativeMemory.copy(packet, 0, cutter.packet, length);
    if (cutter.segmenter.begin(cutter.header, cutter.packet, length) != packets.size()) {
      throw new AssertionError("depends on what is behind the packet");
    }
    if (!packets.isEmpty() && virtio[1] != VirtioNetHeader.GSO_NONE) {
      complete(virtio, packet, packets);
    }
  }

  private static void fill(long address, byte value) {
    for (int i = 0; i < 64; i++) {
      NativeMemory.putByte(address + i, value);
    }
  }

  private void complete(byte[] virtio, byte[] whole, List<byte[]> packets) {
    boolean v4 = ReferenceOffload.isIpv4(whole);
    boolean tcp = (virtio[1] & 0x7f) != VirtioNetHeader.GSO_UDP_L4;
    boolean partial = (virtio[0] & VirtioNetHeader.NEEDS_CSUM) != 0;
    int ipHeader = v4 ? (whole[0] & 0xf) * 4 : 40;
    int transport = partial ? ReferenceOffload.little16(virtio, 6) : ipHeader;
    int header = transport + (tcp ? (whole[transport + 12] & 0xf0) / 4 : 8);
    ByteBuffer payload = ByteBuffer.allocate(whole.length);
    for (byte[] each : packets) {
      NativeMemory.copy(each, 0, cutter.packet, each.length);
      if (Ip.validate(cutter.packet, each.length) != each.length) {
        throw new AssertionError("no whole IP packet came out");
      }
      if (v4 && ReferenceOffload.sum(each, 0, ipHeader, 0) % 0xffff != 0) {
        throw new AssertionError("IPv4 checksum");
      }
      if (!partial) {
        byte[] summed = each.clone();
        ReferenceOffload.complete(summed, transport, tcp);
        int place = transport + (tcp ? 16 : 6);
        int difference =
            ReferenceOffload.get16(summed, place) - ReferenceOffload.get16(each, place);
        if (difference % 0xffff != 0) {
          throw new AssertionError("transport checksum");
        }
      }
      payload.put(each, header, each.length - header);
    }
    if (!payload.flip().equals(ByteBuffer.wrap(whole, header, whole.length - header))) {
      throw new AssertionError("another payload came out");
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {0, 0, 1, 0x18, 0, 9, 1, 1, 2, 3, 4, 1, 0, 0, 5, 0, 3},
        new byte[] {0, 1, 0, 0, 0, 9, 0, 1, 2, 3, 4, 0, 100, 0, 2, 0, 0, 7, 7, 7},
        raw(TransportPacket.tcp4()),
        raw(TransportPacket.udp4()),
        raw(TransportPacket.tcp6()),
        raw(TransportPacket.udp6()),
        atTheEnd());
  }

  /** A checksum in the last two bytes of the packet. */
  private static byte[] atTheEnd() {
    byte[] packet = TransportPacket.udp4().payload(40, 4).build();
    byte[] virtio =
        Cutter.virtio(
            VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_NONE, 0, 20, packet.length - 22);
    return seed(virtio, packet);
  }

  private static byte[] raw(TransportPacket it) {
    it.payload(150, 4);
    byte[] packet = it.buildPartial();
    byte[] virtio =
        Cutter.virtio(
            VirtioNetHeader.NEEDS_CSUM, Cutter.gsoType(it), 40, it.transport(), it.tcp ? 16 : 6);
    return seed(virtio, packet);
  }

  private static byte[] seed(byte[] virtio, byte[] packet) {
    ByteBuffer seed = ByteBuffer.allocate(1 + VIRTIO + packet.length);
    return seed.put((byte) 1).put(virtio).put(packet).array();
  }

  @Override
  public void close() {
    arena.close();
  }
}
