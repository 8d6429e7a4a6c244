package io.taltun.dataplane.memory;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.packet.Checksum;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;

/**
 * Packets as the kernel hands them to the reader of a TUN device with offloads, each behind its
 * virtio header: checksums are left to the reader. From 10.0.0.1 and fd00::1 on the left to
 * 10.0.0.2 and fd00::2 on the right.
 */
public final class MadeUpPackets {
  static final byte[] LEFT4 = {10, 0, 0, 1};
  static final byte[] RIGHT4 = {10, 0, 0, 2};
  static final byte[] LEFT6 = ipv6(1);
  static final byte[] RIGHT6 = ipv6(2);

  private static final int IPV4 = 20;
  private static final int IPV6 = 40;
  private static final int TCP = 32; // with timestamps
  private static final int UDP = 8;
  private static final int PROTOCOL_TCP = 6;
  private static final int PROTOCOL_UDP = 17;
  private static final int TCP_CHECKSUM = 16;
  private static final int UDP_CHECKSUM = 6;
  private static final int HOPS = 64;
  private static final int ACK = 0x10;
  private static final int PSH = 0x08;
  private static final int SYN = 0x02;
  private static final int ICMP = 8;
  private static final int PROTOCOL_ICMP4 = 1;
  private static final int PROTOCOL_ICMP6 = 58;
  private static final int LONGEST = 65_535;

  private final Arena arena;

  /**
   * @param header address of the virtio header, the packet behind it
   * @param length of both, in bytes
   */
  public record Made(long header, int length) {}

  /** Packets that live as long as the arena. */
  public MadeUpPackets(Arena arena) {
    this.arena = arena;
  }

  private static byte[] ipv6(int last) {
    byte[] address = new byte[16];
    address[0] = (byte) 0xfd;
    address[15] = (byte) last;
    return address;
  }

  /** TCP over IPv4: as much payload as one packet takes, to be cut into full ones. */
  public Made bulkTcp4() {
    return tcp(false, LONGEST - IPV4 - TCP, MemoryGateway.MTU - IPV4 - TCP);
  }

  /** The same over IPv6. */
  public Made bulkTcp6() {
    return tcp(true, LONGEST - IPV6 - TCP, MemoryGateway.MTU - IPV6 - TCP);
  }

  /** An acknowledgement without data. */
  public Made acknowledgement(boolean ipv6) {
    return tcp(ipv6, 0, 0);
  }

  /** TCP data of so many bytes that the sender pushed, cut or not. */
  public Made pushed(boolean ipv6, int payload) {
    int segment = MemoryGateway.MTU - (ipv6 ? IPV6 : IPV4) - TCP;
    Made made = tcp(ipv6, payload, payload > segment ? segment : 0);
    setFlags(made, ipv6, ACK | PSH);
    return made;
  }

  /** The first packet of a TCP connection. */
  public Made opening(boolean ipv6) {
    Made made = tcp(ipv6, 0, 0);
    setFlags(made, ipv6, SYN);
    return made;
  }

  private static void setFlags(Made made, boolean ipv6, int flags) {
    long tcp = made.header() + VirtioNetHeader.LENGTH + (ipv6 ? IPV6 : IPV4);
    NativeMemory.putByte(tcp + 13, (byte) flags);
  }

  /** An ICMP message of so many payload bytes, complete. */
  public Made ping(boolean ipv6, int payload) {
    int transport = ipv6 ? IPV6 : IPV4;
    int length = transport + ICMP + payload;
    long header = allocate(length);
    long packet = ip(header, ipv6, length, ipv6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP4);
    NativeMemory.putByte(packet + transport, (byte) (ipv6 ? 128 : 8)); // echo request
    return new Made(header, VirtioNetHeader.LENGTH + length);
  }

  /** Datagrams of so many payload bytes, as many as the kernel joins at most: 64. */
  public Made bulkUdp(boolean ipv6, int payload) {
    int datagrams = Math.min(64, (LONGEST - IPV6 - UDP) / payload);
    return udp(ipv6, datagrams * payload, payload);
  }

  /** One datagram. */
  public Made datagram(boolean ipv6, int payload) {
    return udp(ipv6, payload, 0);
  }

  private Made tcp(boolean ipv6, int payload, int segment) {
    int transport = ipv6 ? IPV6 : IPV4;
    int length = transport + TCP + payload;
    long header = allocate(length);
    long packet = ip(header, ipv6, length, PROTOCOL_TCP);
    long tcp = packet + transport;
    NativeMemory.putIntBe(tcp, 5201 << 16 | 5202); // ports
    NativeMemory.putIntBe(tcp + 4, 0x7fff_0000); // sequence
    NativeMemory.putByte(tcp + 12, (byte) (TCP / Integer.BYTES << 4));
    NativeMemory.putByte(tcp + 13, (byte) ACK);
    NativeMemory.putShortBe(tcp + 14, (short) 0xffff); // window
    NativeMemory.putIntBe(tcp + 20, 0x0101_080a); // two no-operations, then timestamps
    int type = ipv6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
    return finish(header, length, segment == 0 ? VirtioNetHeader.GSO_NONE : type, segment, TCP);
  }

  private Made udp(boolean ipv6, int payload, int segment) {
    int transport = ipv6 ? IPV6 : IPV4;
    int length = transport + UDP + payload;
    long header = allocate(length);
    long packet = ip(header, ipv6, length, PROTOCOL_UDP);
    NativeMemory.putIntBe(packet + transport, 5201 << 16 | 5202);
    NativeMemory.putShortBe(packet + transport + 4, (short) (UDP + payload));
    int type = segment == 0 ? VirtioNetHeader.GSO_NONE : VirtioNetHeader.GSO_UDP_L4;
    return finish(header, length, type, segment, UDP);
  }

  private long allocate(int length) {
    return arena.allocate(VirtioNetHeader.LENGTH + length, 64).address();
  }

  private static long ip(long header, boolean ipv6, int length, int protocol) {
    long packet = header + VirtioNetHeader.LENGTH;
    if (ipv6) {
      NativeMemory.putIntBe(packet, 0x6000_0000);
      NativeMemory.putShortBe(packet + 4, (short) (length - IPV6));
      NativeMemory.putByte(packet + 6, (byte) protocol);
      NativeMemory.putByte(packet + 7, (byte) HOPS);
      NativeMemory.copy(LEFT6, 0, packet + 8, LEFT6.length);
      NativeMemory.copy(RIGHT6, 0, packet + 24, RIGHT6.length);
    } else {
      NativeMemory.putIntBe(packet, 0x4500_0000 | length);
      NativeMemory.putIntBe(packet + 4, 0x4000); // do not fragment
      NativeMemory.putByte(packet + 8, (byte) HOPS);
      NativeMemory.putByte(packet + 9, (byte) protocol);
      NativeMemory.copy(LEFT4, 0, packet + 12, LEFT4.length);
      NativeMemory.copy(RIGHT4, 0, packet + 16, RIGHT4.length);
      int checksum = Checksum.complement(Checksum.sum(packet, IPV4));
      NativeMemory.putShortBe(packet + 10, (short) checksum);
    }
    return packet;
  }

  /** The virtio header, and the pseudo-header's sum where the checksum is to come. */
  private static Made finish(long header, int length, int type, int segment, int transportHeader) {
    long packet = header + VirtioNetHeader.LENGTH;
    boolean ipv6 = (NativeMemory.getByte(packet) >>> 4) == 6;
    int transport = ipv6 ? IPV6 : IPV4;
    int protocol = NativeMemory.getByte(packet + (ipv6 ? 6 : 9));
    int offset = protocol == PROTOCOL_TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
    int addresses = ipv6 ? Checksum.sum(packet + 8, 32) : Checksum.sum(packet + 12, 8);
    int sum = Checksum.fold((long) addresses + protocol + length - transport);
    NativeMemory.putShortBe(packet + transport + offset, (short) sum);
    if (type != VirtioNetHeader.GSO_NONE) {
      VirtioNetHeader.setSegmentation(header, type, transport + transportHeader, segment);
    }
    VirtioNetHeader.setPartialChecksum(header, transport, offset);
    return new Made(header, VirtioNetHeader.LENGTH + length);
  }
}
