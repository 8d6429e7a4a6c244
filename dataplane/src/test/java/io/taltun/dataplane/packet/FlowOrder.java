package io.taltun.dataplane.packet;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Packets by flow, in the order that a coalescer has to keep. */
final class FlowOrder {
  private FlowOrder() {}

  /** Appends a packet to its flow's. */
  static void collect(Map<ByteBuffer, List<byte[]>> byFlow, byte[] packet) {
    boolean v4 = ReferenceOffload.isIpv4(packet);
    int transport = v4 ? (packet[0] & 0xf) * 4 : 40;
    ByteBuffer key = ByteBuffer.allocate(37);
    key.put(packet, v4 ? 12 : 8, v4 ? 8 : 32).put(packet[v4 ? 9 : 6]);
    if (packet.length >= transport + 4) {
      key.put(packet, transport, 4);
    }
    key.clear();
    byFlow.computeIfAbsent(key, it -> new ArrayList<>()).add(normal(packet));
  }

  /** Without the identification where it means nothing, under Don't Fragment. */
  static byte[] normal(byte[] packet) {
    if (!ReferenceOffload.isIpv4(packet)
        || ReferenceOffload.get16(packet, 6) != 0x4000
        || ReferenceOffload.sum(packet, 0, (packet[0] & 0xf) * 4, 0) != 0xffff) {
      return packet;
    }
    byte[] normal = packet.clone();
    ReferenceOffload.put16(normal, 4, 0);
    ReferenceOffload.put16(normal, 10, 0);
    return normal;
  }
}
