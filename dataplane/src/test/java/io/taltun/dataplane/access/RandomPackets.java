package io.taltun.dataplane.access;

import io.taltun.dataplane.Packets;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Packets between few hosts and few ports, so that they meet each other and the rules. */
final class RandomPackets {
  private static final String[][] LOCAL = {
    {"10.0.0.5", "10.0.0.6", "10.0.1.5", "192.168.50.10"},
    {"fd00::5", "fd00::6", "fd00:0:1::5", "fd11::10"}
  };
  private static final String[][] REMOTE = {{"10.99.0.2", "10.99.0.3"}, {"fd99::2", "fd99::3"}};
  private static final int[] PORTS = {22, 53, 443, 8000};
  private static final int[] EXTENSIONS = {0, 43, 51, 60, 135, 139, 140};

  private final RandomGenerator random;
  private byte[] lastOutbound = {};

  RandomPackets(RandomGenerator random) {
    this.random = random;
  }

  /** From the protected side to the peer. */
  byte[] outbound() {
    boolean v4 = random.nextBoolean();
    lastOutbound = packet(v4, one(LOCAL[v4 ? 0 : 1]), one(REMOTE[v4 ? 0 : 1]));
    return lastOutbound;
  }

  /** From the peer. */
  byte[] inbound() {
    boolean v4 = random.nextBoolean();
    return packet(v4, one(REMOTE[v4 ? 0 : 1]), one(LOCAL[v4 ? 0 : 1]));
  }

  List<AccessRule> rules(int most) {
    AccessRule[] rules = new AccessRule[random.nextInt(most + 1)];
    Arrays.setAll(rules, _ -> rule());
    return List.of(rules);
  }

  private AccessRule rule() {
    int protocol = one(new int[] {AccessRule.ANY_PROTOCOL, AccessRule.ICMP, 6, 17, 6, 17});
    boolean ports = (protocol == 6 || protocol == 17) && random.nextInt(3) > 0;
    int first = ports ? one(PORTS) : AccessRule.NO_PORTS;
    int last = ports ? Math.max(first, one(PORTS)) : AccessRule.MAX_PORT;
    if (random.nextInt(4) == 0) {
      return new AccessRule(null, 0, protocol, first, last);
    }
    byte[] network = Packets.address(one(LOCAL[random.nextInt(2)]));
    int length = random.nextInt(network.length * 8 + 1);
    for (int bit = length; bit < network.length * 8; bit++) {
      network[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    try {
      return new AccessRule(InetAddress.getByAddress(network), length, protocol, first, last);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] packet(boolean v4, String source, String destination) {
    int protocol = one(new int[] {6, 6, 17, 17, v4 ? 1 : 58, v4 ? 1 : 58, v4 ? 58 : 1, 47, 59});
    byte[] transport = transport(v4, protocol);
    if (random.nextInt(16) == 0) {
      transport = Arrays.copyOf(transport, random.nextInt(transport.length + 1));
    }
    return v4
        ? ipv4(source, destination, protocol, transport)
        : ipv6(source, destination, protocol, transport);
  }

  private byte[] ipv4(String source, String destination, int protocol, byte[] transport) {
    byte[] options = {};
    if (random.nextInt(12) == 0) {
      options = new byte[4 * (1 + random.nextInt(10))];
      for (int i = 0; i < options.length; i++) {
        options[i] = (byte) one(new int[] {0, 1, 2, 3, 7, 131, 137});
      }
    }
    int length = 20 + options.length + transport.length;
    byte[] head = new byte[20];
    head[0] = (byte) (0x45 + options.length / 4);
    put16(head, 2, length);
    put16(head, 4, random.nextInt(3));
    put16(head, 6, one(new int[] {0, 0, 0, 0x4000, 0x2000, 0x2001, 1, 0x1000}));
    head[8] = 64;
    head[9] = (byte) protocol;
    System.arraycopy(Packets.address(source), 0, head, 12, 4);
    System.arraycopy(Packets.address(destination), 0, head, 16, 4);
    return join(head, options, transport);
  }

  private byte[] ipv6(String source, String destination, int protocol, byte[] transport) {
    byte[] rest = transport;
    int next = protocol;
    int extensions = random.nextInt(4) == 0 ? random.nextInt(11) : 0;
    for (int i = 0; i < extensions; i++) {
      int type = one(EXTENSIONS);
      byte[] header = new byte[type == 51 ? 12 : 8];
      header[0] = (byte) next;
      header[1] = (byte) (type == 51 ? 1 : 0);
      if (type == 43) {
        header[3] = (byte) (random.nextInt(4) == 0 ? 1 : 0);
      }
      if (random.nextInt(20) == 0) {
        header[1] = (byte) random.nextInt();
      }
      rest = join(header, rest);
      next = type;
    }
    if (random.nextInt(4) == 0) {
      byte[] header = new byte[8];
      header[0] = (byte) next;
      put16(header, 2, one(new int[] {0, 1, 1, 8, 9, 80}));
      header[7] = (byte) random.nextInt(3);
      rest = join(header, rest);
      next = 44;
    }
    byte[] head = new byte[40];
    head[0] = 0x60;
    put16(head, 4, rest.length);
    head[6] = (byte) next;
    head[7] = 64;
    System.arraycopy(Packets.address(source), 0, head, 8, 16);
    System.arraycopy(Packets.address(destination), 0, head, 24, 16);
    return join(head, rest);
  }

  private byte[] transport(boolean v4, int protocol) {
    byte[] bytes = new byte[24];
    switch (protocol) {
      case 6, 17 -> {
        put16(bytes, 0, one(PORTS));
        put16(bytes, 2, one(PORTS));
        bytes[12] = 0x50;
        bytes[13] = (byte) one(new int[] {0x02, 0x02, 0x12, 0x10, 0x04});
      }
      case 1, 58 -> {
        int[] types = v4 ? new int[] {0, 3, 8, 8, 11, 12, 5} : new int[] {1, 2, 4, 128, 129, 133};
        bytes[0] = (byte) one(types);
        put16(bytes, 4, random.nextInt(2));
        if (random.nextInt(8) > 0) {
          bytes = join(Arrays.copyOf(bytes, 8), lastOutbound);
        }
      }
      default -> random.nextBytes(bytes);
    }
    return bytes;
  }

  private String one(String[] of) {
    return of[random.nextInt(of.length)];
  }

  private int one(int[] of) {
    return of[random.nextInt(of.length)];
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }
}
