package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.fuzz.FuzzTarget;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/**
 * Headers of inner packets against a reading on the heap, which has bounds. Every input lies
 * between zeroes and again between ones: what depends on bytes outside of the packet, differs.
 */
public final class InnerPacketTarget implements FuzzTarget {
  private static final int ROOM = 2048;
  private static final int AROUND = 128;

  /** {@link Ip#validate}, or a stand-in with a bug. */
  interface Validator {
    int validate(long packet, int length);
  }

  private final Arena arena = Arena.ofShared();
  private final long zeroes = block(arena, 0);
  private final long ones = block(arena, 0xff);
  private final Validator validator;

  public InnerPacketTarget() {
    this(Ip::validate);
  }

  InnerPacketTarget(Validator validator) {
    this.validator = validator;
  }

  private static long block(Arena arena, int fill) {
    return arena.allocate(AROUND + ROOM + AROUND, 64).fill((byte) fill).address() + AROUND;
  }

  /** The packet. */
  @Override
  public void accept(byte[] bytes) {
    check(zeroes, bytes, (byte) 0);
    check(ones, bytes, (byte) 0xff);
  }

  private void check(long packet, byte[] bytes, byte around) {
    NativeMemory.copy(bytes, 0, packet, bytes.length);
    int length = validator.validate(packet, bytes.length);
    same("length", ReferenceIp.length(bytes), length);
    if (length >= 0) {
      checkFields(packet, bytes);
      checkKind(packet, bytes, length);
      checkHop(packet, bytes, length);
    }
    for (int i = 0; i < bytes.length; i++) {
      NativeMemory.putByte(packet + i, around);
    }
  }

  /** Trap 28: from the fixed header only, whatever follows it. */
  private static void checkFields(long packet, byte[] bytes) {
    if (ReferenceOffload.isIpv4(bytes)) {
      same("source", (int) number(bytes, 12, 4), Ipv4.source(packet));
      same("destination", (int) number(bytes, 16, 4), Ipv4.destination(packet));
      same("protocol", bytes[9] & 0xff, Ipv4.protocol(packet));
      same("ttl", bytes[8] & 0xff, Ipv4.ttl(packet));
      boolean fragment = (ReferenceOffload.get16(bytes, 6) & 0x3fff) != 0;
      same("fragment", fragment, Ipv4.isFragment(packet));
    } else {
      same("source", number(bytes, 8, 8), Ipv6.sourceHigh(packet));
      same("source", number(bytes, 16, 8), Ipv6.sourceLow(packet));
      same("destination", number(bytes, 24, 8), Ipv6.destinationHigh(packet));
      same("destination", number(bytes, 32, 8), Ipv6.destinationLow(packet));
      same("next header", bytes[6] & 0xff, Ipv6.nextHeader(packet));
      same("hop limit", bytes[7] & 0xff, Ipv6.hopLimit(packet));
      same("fragment", bytes[6] == 44, Ipv6.isFragment(packet));
    }
  }

  /** Trap 28: no option, fragment or extension header passes for the transport behind it. */
  private static void checkKind(long packet, byte[] bytes, int length) {
    boolean v4 = ReferenceOffload.isIpv4(bytes);
    int transport = v4 ? 20 : 40;
    int protocol = bytes[v4 ? 9 : 6];
    boolean plain = !v4 || bytes[0] == 0x45 && (ReferenceOffload.get16(bytes, 6) & 0xbfff) == 0;
    boolean tcp = protocol == 6 && length >= transport + 20;
    boolean udp = protocol == 17 && length >= transport + 8;
    int kind = TransportKind.of(packet, length);
    same("has a kind", plain && (tcp || udp), kind != TransportKind.NONE);
    if (kind == TransportKind.NONE) {
      return;
    }
    same("transport", transport, TransportKind.transport(kind));
    same("is TCP", tcp, TransportKind.isTcp(kind));
    byte[] whole = Arrays.copyOf(bytes, length);
    int addresses = v4 ? 12 : 8;
    int start = ReferenceOffload.fold(protocol + length - transport);
    int sum = ReferenceOffload.sum(whole, addresses, length - addresses, start);
    boolean valid = sum == 0xffff && (!v4 || ReferenceOffload.sum(whole, 0, 20, 0) == 0xffff);
    same("checksums", valid, TransportKind.hasValidChecksums(kind, packet, length));
  }

  private static void checkHop(long packet, byte[] bytes, int length) {
    boolean v4 = ReferenceOffload.isIpv4(bytes);
    int hops = bytes[v4 ? 8 : 7] & 0xff;
    boolean taken = v4 ? Ipv4.decrementTtl(packet) : Ipv6.decrementHopLimit(packet);
    same("a hop was taken", hops > 1, taken);
    byte[] after = NativeMemory.toBytes(packet, length);
    byte[] expected = Arrays.copyOf(bytes, length);
    if (taken) {
      expected[v4 ? 8 : 7]--;
      if (v4) {
        int header = (bytes[0] & 0xf) * 4;
        int sum = ReferenceOffload.sum(bytes, 0, header, 0);
        same("IPv4 checksum", sum % 0xffff, ReferenceOffload.sum(after, 0, header, 0) % 0xffff);
        ReferenceOffload.put16(expected, 10, ReferenceOffload.get16(after, 10));
      }
    }
    same("nothing else changed", true, Arrays.equals(expected, after));
  }

  private static long number(byte[] bytes, int at, int length) {
    long number = 0;
    for (int i = 0; i < length; i++) {
      number = number << 8 | bytes[at + i] & 0xff;
    }
    return number;
  }

  private static void same(String what, long expected, long actual) {
    if (expected != actual) {
      throw new AssertionError(what + ": " + actual + ", not " + expected);
    }
  }

  private static void same(String what, boolean expected, boolean actual) {
    same(what, expected ? 1 : 0, actual ? 1 : 0);
  }

  @Override
  public List<byte[]> seeds() {
    TransportPacket options = TransportPacket.tcp4().payload(5, 1);
    options.ipOptions = new byte[] {1, 1, 1, 0};
    TransportPacket last = TransportPacket.udp6().payload(9, 2);
    last.hops = 1;
    byte[] extended = TransportPacket.udp6().payload(40, 3).build();
    extended[6] = 60;
    return List.of(
        TransportPacket.tcp4().payload(20, 0).build(),
        TransportPacket.udp4().payload(20, 0).build(),
        TransportPacket.tcp6().payload(20, 0).build(),
        options.build(),
        last.build(),
        extended);
  }

  @Override
  public int maxLength() {
    return 256;
  }

  @Override
  public void close() {
    arena.close();
  }
}
