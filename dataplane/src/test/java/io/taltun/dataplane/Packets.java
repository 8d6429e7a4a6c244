package io.taltun.dataplane;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Well-formed inner packets with a payload that tells every byte's place. */
public final class Packets {
  private static final int UDP = 17;
  private static final int HOPS = 64;

  private Packets() {}

  /** An IPv4 packet of {@code length} bytes, or an IPv6 one, as the addresses are. */
  public static byte[] packet(String source, String destination, int length) {
    return packet(source, destination, length, HOPS);
  }

  /** The same with a time to live or hop limit of its own. */
  public static byte[] packet(String source, String destination, int length, int hops) {
    byte[] from = address(source);
    byte[] to = address(destination);
    return from.length == 4 ? ipv4(from, to, length, hops) : ipv6(from, to, length, hops);
  }

  /** The bytes of a literal address: 4 or 16. */
  public static byte[] address(String literal) {
    return InetAddress.ofLiteral(literal).getAddress();
  }

  private static byte[] ipv4(byte[] from, byte[] to, int length, int hops) {
    ByteBuffer packet = ByteBuffer.allocate(length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) length).putInt(0);
    packet.put((byte) hops).put((byte) UDP).putShort((short) 0).put(from).put(to);
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += packet.getShort(i) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    packet.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
    return fill(packet);
  }

  private static byte[] ipv6(byte[] from, byte[] to, int length, int hops) {
    ByteBuffer packet = ByteBuffer.allocate(length);
    packet.putInt(0x6000_0000).putShort((short) (length - 40));
    packet.put((byte) UDP).put((byte) hops).put(from).put(to);
    return fill(packet);
  }

  private static byte[] fill(ByteBuffer packet) {
    while (packet.hasRemaining()) {
      packet.put((byte) (packet.position() * 31 + packet.capacity()));
    }
    return packet.array();
  }
}
