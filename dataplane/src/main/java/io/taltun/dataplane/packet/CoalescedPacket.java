package io.taltun.dataplane.packet;

import static io.taltun.dataplane.packet.TransportKind.sameInt;
import static io.taltun.dataplane.packet.TransportKind.sameLong;
import static io.taltun.dataplane.packet.TransportKind.sameShort;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;

/**
 * Packets of one flow that can be written as one: the first whole, of the others the payload. They
 * stay where they are; an array of {@code struct iovec} (16 bytes each) tells the kernel the
 * places. Owned by one worker.
 */
final class CoalescedPacket {
  /** The kernel's limit for UDP where it is lowest (UDP_MAX_SEGMENTS before Linux 6.9). */
  static final int MAX_DATAGRAMS = 64;

  static final int MAX_SEGMENTS = 128;

  private static final int MAX_LENGTH = 65_535;
  private static final int MAX_HEADER_LENGTH = Ipv6.HEADER_LENGTH + 60;
  private static final int VECTOR_SIZE = 16;
  private static final int VECTOR_LENGTH = 8;

  private final long vectors;
  private final long savedHeader;

  // Written by the owning worker.
  private int kind;
  private long first;
  private int headerLength;
  private int segmentSize;
  private int length;
  private int pieces;
  private int nextSequence;
  private boolean pushed;

  CoalescedPacket(Arena arena) {
    vectors = arena.allocate((long) MAX_SEGMENTS * VECTOR_SIZE, 64).address();
    savedHeader = arena.allocate(MAX_HEADER_LENGTH + Long.BYTES, 64).address();
  }

  /** Starts over with a packet that others may join. */
  void start(int kind, long packet, int headerLength, int length) {
    this.kind = kind;
    first = packet;
    this.headerLength = headerLength;
    this.length = length;
    segmentSize = length - headerLength;
    pieces = 1;
    pushed = false;
    if (TransportKind.isTcp(kind)) {
      nextSequence = Tcp.sequence(packet + TransportKind.transport(kind)) + segmentSize;
    }
  }

  boolean isOfFlow(int kind, long packet) {
    return kind == this.kind && TransportKind.isSameFlow(kind, packet, first);
  }

  /**
   * Whether the kernel, cutting the whole into pieces again, would make this very packet: one of
   * the flow that may join as far as itself is concerned. An IPv4 identification that does not
   * count up is given up only where it means nothing, under DF (RFC 6864, section 4.1).
   */
  boolean takes(long packet, int headerLength, int payloadLength) {
    int kind = this.kind;
    boolean tcp = TransportKind.isTcp(kind);
    return headerLength == this.headerLength
        && payloadLength <= segmentSize
        && length + payloadLength <= MAX_LENGTH
        && pieces < (tcp ? MAX_SEGMENTS : MAX_DATAGRAMS)
        && (TransportKind.isIpv4(kind) ? continuesIpv4(packet) : continuesIpv6(packet))
        && (!tcp || continuesTcp(packet));
  }

  private boolean continuesIpv4(long packet) {
    long first = this.first;
    if (!sameShort(packet, first, 0)
        || !sameShort(packet, first, Ipv4.FRAGMENT)
        || !sameShort(packet, first, Ipv4.TTL)) {
      return false;
    }
    if (NativeMemory.getUnsignedShortBe(packet + Ipv4.FRAGMENT) == Ipv4.DONT_FRAGMENT) {
      return true;
    }
    int expected = NativeMemory.getUnsignedShortBe(first + Ipv4.IDENTIFICATION) + pieces;
    return NativeMemory.getUnsignedShortBe(packet + Ipv4.IDENTIFICATION) == (expected & 0xffff);
  }

  /** Traffic class, flow label and hop limit. */
  private boolean continuesIpv6(long packet) {
    return sameInt(packet, first, 0) && sameShort(packet, first, Ipv6.NEXT_HEADER);
  }

  private boolean continuesTcp(long packet) {
    int transport = TransportKind.transport(kind);
    long tcp = packet + transport;
    long firstTcp = first + transport;
    if (Tcp.sequence(tcp) != nextSequence
        || !sameInt(tcp, firstTcp, Tcp.ACKNOWLEDGMENT)
        || NativeMemory.getByte(tcp + Tcp.DATA_OFFSET)
            != NativeMemory.getByte(firstTcp + Tcp.DATA_OFFSET)
        || !sameShort(tcp, firstTcp, Tcp.WINDOW)
        || !sameShort(tcp, firstTcp, Tcp.URGENT_POINTER)) {
      return false;
    }
    return hasSameOptions(tcp, firstTcp, headerLength - transport);
  }

  /** Options fill whole words of 4 bytes; timestamps with their padding are 12. */
  private static boolean hasSameOptions(long tcp, long other, int tcpHeaderLength) {
    int i = Tcp.MIN_HEADER_LENGTH;
    for (; i + Long.BYTES <= tcpHeaderLength; i += Long.BYTES) {
      if (!sameLong(tcp, other, i)) {
        return false;
      }
    }
    return i == tcpHeaderLength || sameInt(tcp, other, i);
  }

  /**
   * Adds a packet that {@link #takes} said yes to.
   *
   * @param push whether it has PSH, which the whole will have then
   * @return whether the whole is closed: nothing may follow a piece that is shorter or pushed
   */
  boolean add(long packet, int payloadLength, boolean push) {
    setVector(pieces, packet + headerLength, payloadLength);
    pieces++;
    length += payloadLength;
    nextSequence += payloadLength;
    pushed = push;
    return push || payloadLength < segmentSize;
  }

  private void setVector(int i, long address, int bytes) {
    long vector = vectors + (long) i * VECTOR_SIZE;
    NativeMemory.putLong(vector, address);
    NativeMemory.putLong(vector + VECTOR_LENGTH, bytes);
  }

  /**
   * Makes the first packet's header that of the whole, its checksum left to the kernel, and puts
   * the virtio header before it.
   *
   * @return address of {@link #pieces} iovecs
   */
  long complete() {
    copyHeader(first, savedHeader);
    int transport = TransportKind.transport(kind);
    int transportLength = length - transport;
    int sum;
    if (TransportKind.isIpv4(kind)) {
      NativeMemory.putShortBe(first + Ipv4.TOTAL_LENGTH, (short) length);
      NativeMemory.putShortBe(first + Ipv4.CHECKSUM, (short) 0);
      int checksum = Checksum.complement(Checksum.sum(first, transport));
      NativeMemory.putShortBe(first + Ipv4.CHECKSUM, (short) checksum);
      sum = Ipv4.pseudoHeaderSum(first, TransportKind.protocol(kind), transportLength);
    } else {
      NativeMemory.putShortBe(first + Ipv6.PAYLOAD_LENGTH, (short) transportLength);
      sum = Ipv6.pseudoHeaderSum(first, TransportKind.protocol(kind), transportLength);
    }
    long start = first + transport;
    NativeMemory.putShortBe(start + TransportKind.checksumOffset(kind), (short) sum);
    if (!TransportKind.isTcp(kind)) {
      NativeMemory.putShortBe(start + Udp.LENGTH, (short) transportLength);
    } else if (pushed) {
      NativeMemory.putByte(start + Tcp.FLAGS, (byte) (Tcp.flags(start) | Tcp.PSH));
    }
    long header = first - VirtioNetHeader.LENGTH;
    VirtioNetHeader.setPartialChecksum(header, transport, TransportKind.checksumOffset(kind));
    VirtioNetHeader.setSegmentation(header, gsoType(), headerLength, segmentSize);
    setVector(0, header, VirtioNetHeader.LENGTH + pieceLength(0));
    return vectors;
  }

  private int gsoType() {
    return switch (kind) {
      case TransportKind.TCP4 -> VirtioNetHeader.GSO_TCPV4;
      case TransportKind.TCP6 -> VirtioNetHeader.GSO_TCPV6;
      default -> VirtioNetHeader.GSO_UDP_L4;
    };
  }

  /** Undoes {@link #complete}: every piece is again the packet that it was. */
  void restore() {
    copyHeader(savedHeader, first);
  }

  private void copyHeader(long source, long destination) {
    NativeMemory.copy(source, destination, headerLength);
  }

  int kind() {
    return kind;
  }

  int pieces() {
    return pieces;
  }

  /** Address of the packet that piece {@code i} came from. */
  long piece(int i) {
    return i == 0 ? first : NativeMemory.getLong(vectors + (long) i * VECTOR_SIZE) - headerLength;
  }

  /** Bytes of that packet. */
  int pieceLength(int i) {
    return headerLength
        + (i == 0
            ? segmentSize
            : (int) NativeMemory.getLong(vectors + (long) i * VECTOR_SIZE + VECTOR_LENGTH));
  }
}
