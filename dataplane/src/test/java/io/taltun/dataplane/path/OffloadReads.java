package io.taltun.dataplane.path;

import io.taltun.dataplane.packet.ReferenceOffload;
import io.taltun.dataplane.packet.TransportPacket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a kernel gives the reader of a TUN device with some offloads: flows of random packets, and
 * what each read means in packets of the wire.
 */
final class OffloadReads {
  private static final int MTU = Side.MTU;
  private static final int LONGEST = 65_535;
  private static final int HEADER = 10;
  private static final int MAX_SEGMENTS = 64;
  private static final int NEEDS_CSUM = 1;
  private static final int DATA_VALID = 2;
  private static final int DONT_FRAGMENT = 0x4000;

  private final RandomGenerator random;
  private final boolean header;
  private final boolean tso;
  private final boolean uso;
  private final List<TransportPacket> flows = new ArrayList<>();
  private int latest;

  /** One read and the packets it stands for. */
  record Read(byte[] bytes, List<byte[]> packets) {}

  /**
   * @param header whether a virtio header is in front of each packet; without one there are no
   *     offloads
   * @param tso whether TCP comes in large packets
   * @param uso whether UDP does
   */
  OffloadReads(RandomGenerator random, boolean header, boolean tso, boolean uso) {
    this.random = random;
    this.header = header;
    this.tso = tso;
    this.uso = uso;
    for (int i = 0; i < 10; i++) {
      flows.add(flow(i));
    }
  }

  private TransportPacket flow(int i) {
    TransportPacket flow = new TransportPacket(i % 2 == 1, i % 4 < 2);
    flow.host = 1 + i;
    flow.sourcePort = random.nextInt(1 << 16);
    flow.sequence = random.nextInt();
    flow.trafficClass = random.nextInt(256);
    flow.tcpOptions = bytes(4 * random.nextInt(11));
    flow.fragment = i == 4 ? 0 : DONT_FRAGMENT;
    if (i == 8) {
      flow.ipOptions = new byte[] {(byte) 0x94, 4, 0, 0};
    }
    return flow;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The next read. */
  Read next() {
    // Often the flow of the read before, so that packets of several reads meet.
    if (random.nextBoolean()) {
      latest = random.nextInt(flows.size());
    }
    TransportPacket flow = flows.get(latest);
    change(flow);
    boolean cut = header && (flow.tcp ? tso : uso) && random.nextInt(4) != 0;
    Read read = cut ? large(flow) : small(flow);
    flow.sequence += flow.payload.length;
    flow.identification = (flow.identification + read.packets().size()) & 0xffff;
    return read;
  }

  /** What makes neighbours of one flow differ, now and then: ECN, the acknowledgment, flags. */
  private void change(TransportPacket flow) {
    flow.flags = 0x10;
    switch (random.nextInt(16)) {
      case 0 -> flow.trafficClass ^= 3;
      case 1 -> flow.acknowledgment += 1000;
      case 2 -> flow.window = random.nextInt(1 << 16);
      case 3 -> flow.hops = 1 + random.nextInt(255);
      case 4 -> flow.flags = 0x90; // CWR
      case 5, 6 -> flow.flags = 0x18; // PSH
      case 7 -> flow.flags = 0x11; // FIN
      case 8 -> flow.flags = 0x50; // ECE
      case 9 -> flow.flowLabel = random.nextInt(1 << 20);
      case 10 -> flow.sequence += 1; // a gap
      case 11 -> flow.identification = random.nextInt(1 << 16);
      default -> {
        // as the one before
      }
    }
  }

  private Read large(TransportPacket flow) {
    int room = LONGEST - flow.headerLength();
    int size = 1 + random.nextInt(MTU - flow.headerLength());
    if (random.nextBoolean()) {
      size = MTU - flow.headerLength();
    }
    int most = Math.min(room, MAX_SEGMENTS * size);
    int length = Math.min(most, size + 1 + random.nextInt(most));
    if (length > 2 * size && random.nextBoolean()) {
      length -= length % size;
    }
    flow.payload(length, random.nextInt(256));
    return large(flow, size);
  }

  /** One read of a packet that is to be cut into so many payload bytes each. */
  static Read large(TransportPacket flow, int size) {
    List<byte[]> packets = ReferenceOffload.segment(flow.build(), flow.transport(), flow.tcp, size);
    int type = flow.tcp ? flow.v6 ? 4 : 1 : 5;
    int ecn = flow.tcp && (flow.flags & 0x80) != 0 ? 0x80 : 0;
    ByteBuffer virtio = virtio(flow, NEEDS_CSUM, type | ecn, size);
    return new Read(behind(virtio, flow.buildPartial()), packets);
  }

  private Read small(TransportPacket flow) {
    int room = MTU - flow.headerLength();
    flow.payload(random.nextBoolean() ? room : random.nextInt(room + 1), random.nextInt(256));
    byte[] packet = flow.build();
    if (!header) {
      return new Read(packet, List.of(packet));
    }
    if (random.nextBoolean()) {
      byte[] partial = behind(virtio(flow, NEEDS_CSUM, 0, 0), flow.buildPartial());
      return new Read(partial, List.of(packet));
    }
    if (random.nextInt(8) == 0) {
      // A wrong checksum is the receiver's to find.
      packet[flow.transport() + (flow.tcp ? 16 : 6)] ^= 0x55;
    }
    ByteBuffer complete = ByteBuffer.allocate(HEADER).put((byte) (random.nextInt(2) * DATA_VALID));
    return new Read(behind(complete, packet), List.of(packet));
  }

  private static ByteBuffer virtio(TransportPacket flow, int flags, int type, int size) {
    ByteBuffer virtio = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    virtio.put((byte) flags).put((byte) type).putShort((short) flow.headerLength());
    virtio.putShort((short) size).putShort((short) flow.transport());
    return virtio.putShort((short) (flow.tcp ? 16 : 6));
  }

  private static byte[] behind(ByteBuffer virtio, byte[] packet) {
    byte[] read = new byte[HEADER + packet.length];
    System.arraycopy(virtio.array(), 0, read, 0, HEADER);
    System.arraycopy(packet, 0, read, HEADER, packet.length);
    return read;
  }
}
