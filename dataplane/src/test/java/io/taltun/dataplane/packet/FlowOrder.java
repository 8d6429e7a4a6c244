package io.taltun.dataplane.packet;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Packets by flow, in the order that a coalescer has to keep. */
public final class FlowOrder {
  private FlowOrder() {}

  /** Appends a packet to its flow's. */
  public static void collect(Map<ByteBuffer, List<byte[]>> byFlow, byte[] packet) {
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

  /** Compares what came out with what went in. */
  public static void requireSame(
      Map<ByteBuffer, List<byte[]>> expected, Map<ByteBuffer, List<byte[]>> actual) {
    if (!expected.keySet().equals(actual.keySet())) {
      throw new AssertionError("other flows came out");
    }
    expected.forEach(
        (flow, packets) -> {
          List<byte[]> written = actual.get(flow);
          if (packets.size() != written.size()) {
            throw new AssertionError(written.size() + " packets, not " + packets.size());
          }
          for (int i = 0; i < packets.size(); i++) {
            if (!Arrays.equals(packets.get(i), written.get(i))) {
              throw new AssertionError("packet " + i + " of a flow is another one");
            }
          }
        });
  }

  /** Without the identification where it means nothing, under Don't Fragment. */
  private static byte[] normal(byte[] packet) {
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
