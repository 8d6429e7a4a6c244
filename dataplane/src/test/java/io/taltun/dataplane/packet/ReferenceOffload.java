package io.taltun.dataplane.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a kernel does with a segmentation offload, byte by byte: slow, obvious, on the heap. */
public final class ReferenceOffload {
  private ReferenceOffload() {}

  /** Cuts one packet into packets of {@code size} payload bytes. */
  public static List<byte[]> segment(byte[] whole, int transport, boolean tcp, int size) {
    int headerLength = transport + (tcp ? (whole[transport + 12] & 0xf0) / 4 : 8);
    List<byte[]> packets = new ArrayList<>();
    for (int from = headerLength; from < whole.length; from += size) {
      int to = Math.min(from + size, whole.length);
      byte[] packet = new byte[headerLength + to - from];
      System.arraycopy(whole, 0, packet, 0, headerLength);
      System.arraycopy(whole, from, packet, headerLength, to - from);
      int index = packets.size();
      if (isIpv4(packet)) {
        put16(packet, 2, packet.length);
        put16(packet, 4, get16(whole, 4) + index);
      } else {
        put16(packet, 4, packet.length - 40);
      }
      if (tcp) {
        long sequence = (long) get16(whole, transport + 4) << 16 | get16(whole, transport + 6);
        sequence += from - headerLength;
        put16(packet, transport + 4, (int) (sequence >>> 16));
        put16(packet, transport + 6, (int) sequence);
        if (to < whole.length) {
          packet[transport + 13] &= ~0x09;
        }
        if (index > 0) {
          packet[transport + 13] &= 0x7f;
        }
      } else {
        put16(packet, transport + 4, packet.length - transport);
      }
      complete(packet, transport, tcp);
      packets.add(packet);
    }
    return packets;
  }

  /**
   * Takes one write to a TUN device as a kernel does: what it asks for is checked, then done.
   *
   * @param write the virtio header and the packet
   */
  public static List<byte[]> take(byte[] write) {
    byte[] packet = Arrays.copyOfRange(write, 10, write.length);
    int gsoType = write[1];
    if (gsoType == 0) {
      require("no header but zeroes", Arrays.equals(Arrays.copyOf(write, 10), new byte[10]));
      return List.of(packet);
    }
    boolean tcp = gsoType != 5;
    boolean v4 = isIpv4(packet);
    int transport = v4 ? 20 : 40;
    int headerLength = transport + (tcp ? (packet[transport + 12] & 0xf0) / 4 : 8);
    require("gso_type", gsoType == (tcp ? v4 ? 1 : 4 : 5));
    require("flags", write[0] == 1);
    require("hdr_len", little16(write, 2) == headerLength);
    int size = little16(write, 4);
    int payload = packet.length - headerLength;
    require("gso_size", payload > size && payload <= (tcp ? 128 : 64) * size);
    require("csum_start", little16(write, 6) == transport);
    require("csum_offset", little16(write, 8) == (tcp ? 16 : 6));
    require("UDP length", tcp || get16(packet, transport + 4) == packet.length - transport);
    require("IP length", (v4 ? get16(packet, 2) : get16(packet, 4) + 40) == packet.length);
    require("65,535 bytes", packet.length <= 65_535);
    require("the whole's IPv4 checksum", !v4 || sum(packet, 0, 20, 0) == 0xffff);
    byte[] expected = packet.clone();
    putPartial(expected, transport, tcp);
    require("the whole, with a partial checksum", Arrays.equals(packet, expected));
    return segment(packet, transport, tcp, size);
  }

  /** Cheaper than AssertJ: fuzzing asks this often. */
  private static void require(String what, boolean so) {
    if (!so) {
      throw new AssertionError("a kernel would not take it: " + what);
    }
  }

  /** Puts right the IPv4 and the transport checksum. */
  static void complete(byte[] packet, int transport, boolean tcp) {
    if (isIpv4(packet)) {
      put16(packet, 10, 0);
      put16(packet, 10, ~sum(packet, 0, (packet[0] & 0xf) * 4, 0));
    }
    int place = transport + (tcp ? 16 : 6);
    put16(packet, place, 0);
    int length = packet.length - transport;
    int checksum = ~sum(packet, transport, length, pseudoHeader(packet, tcp, length)) & 0xffff;
    put16(packet, place, checksum == 0 && !tcp ? 0xffff : checksum);
  }

  public static void putPartial(byte[] packet, int transport, boolean tcp) {
    int sum = pseudoHeader(packet, tcp, packet.length - transport);
    put16(packet, transport + (tcp ? 16 : 6), sum);
  }

  private static int pseudoHeader(byte[] packet, boolean tcp, int length) {
    int addresses = isIpv4(packet) ? sum(packet, 12, 8, 0) : sum(packet, 8, 32, 0);
    return fold(fold(addresses + (tcp ? 6 : 17) + length));
  }

  static int fold(int sum) {
    return (sum & 0xffff) + (sum >>> 16);
  }

  /** The one's complement sum, two bytes at a time. */
  public static int sum(byte[] bytes, int from, int length, int start) {
    int sum = start;
    for (int i = 0; i < length; i++) {
      sum += i % 2 == 0 ? (bytes[from + i] & 0xff) << 8 : bytes[from + i] & 0xff;
      sum = fold(sum);
    }
    return sum;
  }

  public static boolean isIpv4(byte[] packet) {
    return packet[0] >>> 4 == 4;
  }

  public static int get16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  public static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  static int little16(byte[] bytes, int at) {
    return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
  }
}
