package io.taltun.dataplane.memory;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.crypto.primitive.Primitives;
import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.packet.FlowOrder;
import io.taltun.dataplane.packet.ReferenceIp;
import io.taltun.dataplane.packet.ReferenceOffload;
import io.taltun.dataplane.packet.TransportPacket;
import io.taltun.dataplane.packet.TunRecorder;
import io.taltun.dataplane.tun.VirtioNetHeader;
import io.taltun.fuzz.FuzzTarget;
import io.taltun.fuzz.Input;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A read of the TUN device, virtio header and packet, through both ends of a tunnel: what a kernel
 * would have cut comes out at the other end, everything that came out is a whole packet between the
 * two peers, and each packet is either written or counted as a drop.
 */
public final class TunReadTarget implements FuzzTarget {
  private static final long NOW = 1_000;
  private static final int VIRTIO = VirtioNetHeader.LENGTH;

  private final Arena arena = Arena.ofShared();
  private final long read = arena.allocate(1 << 17, 64).address();
  private final TunRecorder tun = new TunRecorder(VIRTIO);
  private final MemoryTunnel tunnel = new MemoryTunnel(Primitives.best().aead(), tun, null);

  /** Whether it is described or byte by byte, and that. */
  @Override
  public void accept(byte[] bytes) {
    Input input = new Input(bytes);
    if (input.below(2) == 0) {
      described(input);
    } else {
      carry(input.rest());
    }
  }

  private void described(Input input) {
    int kind = input.next();
    TransportPacket it = new TransportPacket((kind & 1) != 0, (kind & 2) != 0);
    it.flags = input.next();
    it.identification = input.next16();
    it.sequence = input.nextInt();
    it.tcpOptions = new byte[it.tcp ? input.next() % 11 * 4 : 0];
    int size = 100 + input.below(1_300);
    it.payload(1 + input.below((kind & 0xfc) == 0xfc ? 9_000 : 1_500), kind);
    byte[] whole = it.build();
    setAddresses(whole, it);
    ReferenceOffload.putPartial(whole, it.transport(), it.tcp);
    ByteBuffer packet = ByteBuffer.allocate(VIRTIO + whole.length).order(ByteOrder.LITTLE_ENDIAN);
    packet.put((byte) VirtioNetHeader.NEEDS_CSUM).put((byte) gsoType(it)).putShort((short) 0);
    packet.putShort((short) size).putShort((short) it.transport());
    packet.putShort((short) (it.tcp ? 16 : 6)).put(whole);
    Map<ByteBuffer, List<byte[]>> expected = new HashMap<>();
    for (byte[] each : ReferenceOffload.segment(whole, it.transport(), it.tcp, size)) {
      FlowOrder.collect(expected, each);
    }
    FlowOrder.requireSame(expected, carry(packet.array()));
  }

  private static int gsoType(TransportPacket it) {
    if (!it.tcp) {
      return VirtioNetHeader.GSO_UDP_L4;
    }
    return it.v6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
  }

  private static void setAddresses(byte[] packet, TransportPacket it) {
    byte[] source = it.v6 ? MadeUpPackets.LEFT6 : MadeUpPackets.LEFT4;
    byte[] destination = it.v6 ? MadeUpPackets.RIGHT6 : MadeUpPackets.RIGHT4;
    int at = it.v6 ? 8 : 12;
    System.arraycopy(source, 0, packet, at, source.length);
    System.arraycopy(destination, 0, packet, at + source.length, source.length);
  }

  private Map<ByteBuffer, List<byte[]>> carry(byte[] bytes) {
    NativeMemory.copy(bytes, 0, read, bytes.length);
    long drops = tunnel.drops();
    long delivered = tunnel.delivered();
    long packets = tunnel.left().counters().get(Counter.TUN_READ_PACKETS);
    tunnel.leftTun().give(read, bytes.length, 1);
    tunnel.seal(NOW);
    tunnel.open(NOW);
    packets = tunnel.left().counters().get(Counter.TUN_READ_PACKETS) - packets;
    Map<ByteBuffer, List<byte[]>> out = new HashMap<>();
    int count = 0;
    for (byte[] packet : tun.take()) {
      if (ReferenceIp.length(packet) != packet.length || !isBetweenPeers(packet)) {
        throw new AssertionError("came out: " + ByteBuffer.wrap(packet));
      }
      FlowOrder.collect(out, packet);
      count++;
    }
    // A read of less than a header and a byte is no packet, and ends the turn.
    long expected = bytes.length <= VIRTIO ? 0 : Math.max(1, packets);
    if (tunnel.drops() - drops + count != expected || tunnel.delivered() - delivered != count) {
      throw new AssertionError(count + " packets and " + (tunnel.drops() - drops) + " drops");
    }
    return out;
  }

  private static boolean isBetweenPeers(byte[] packet) {
    ByteBuffer addresses =
        packet[0] >>> 4 == 4 ? ByteBuffer.wrap(packet, 12, 8) : ByteBuffer.wrap(packet, 8, 32);
    return addresses.equals(between(MadeUpPackets.LEFT4, MadeUpPackets.RIGHT4))
        || addresses.equals(between(MadeUpPackets.LEFT6, MadeUpPackets.RIGHT6));
  }

  private static ByteBuffer between(byte[] source, byte[] destination) {
    return ByteBuffer.allocate(2 * source.length).put(source).put(destination).flip();
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {0, 0, 0x10, 0, 1, 0, 0, 0, 9, 3, 1, 0, 9, 0},
        new byte[] {0, 1, 0x18, 0, 1, 0, 0, 0, 9, 0, 2, 0, 9, 0},
        new byte[] {0, 2, 0x19, 0, 1, 0, 0, 0, 9, 3, 3, 0, 2, 0},
        new byte[] {0, 3, 0x10, 0, 1, 0, 0, 0, 9, 3, 0, 0, 11, 0},
        new byte[] {0, (byte) 0xfe, 0x10, 0, 1, 0, 0, 0, 9, 3, 5, 0, (byte) 200, 0},
        raw(TransportPacket.tcp4()),
        raw(TransportPacket.udp4()),
        raw(TransportPacket.tcp6()),
        raw(TransportPacket.udp6()));
  }

  private static byte[] raw(TransportPacket it) {
    byte[] packet = it.payload(120, 1).build();
    setAddresses(packet, it);
    ByteBuffer seed = ByteBuffer.allocate(1 + VIRTIO + packet.length);
    return seed.put((byte) 1).put(new byte[VIRTIO]).put(packet).array();
  }

  @Override
  public int maxLength() {
    return 320;
  }

  @Override
  public int inputsInTests() {
    return 40_000;
  }

  @Override
  public void close() {
    tunnel.close();
    arena.close();
  }
}
