package io.taltun.dataplane.packet;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;

/**
 * Does what the kernel leaves to the reader of a TUN device with offloads: cuts a TCP or UDP packet
 * of up to 64 KiB into packets that fit the wire, and completes checksums. Owned by one worker.
 *
 * <p>It works in place: each header is written over the end of the payload before it. So a packet
 * must be used up before the next one is asked for. What lies before a packet's address is never
 * read again; up to 7 bytes before it are overwritten. What lies behind the packet stays intact.
 *
 * <p>One writer: the owning worker. Nothing is allocated.
 */
public final class Segmenter {
  /** Bytes of the longest IP and transport headers, together, that are cut. */
  public static final int MAX_HEADER_LENGTH = 120;

  /**
   * Packets out of one at most: 64 KiB at 32 bytes each. The kernel sends TCP segments of no less
   * than 48 bytes, options included (tcp_min_snd_mss).
   */
  public static final int MAX_SEGMENTS = 2048;

  // Headers lie at the end of their room, so that copies of whole longs run over at the front.
  private final long templateEnd;

  private boolean cutting;
  private int length;
  private long nextPayload;
  private int remaining;
  private int segmentSize;

  private boolean isIpv4;
  private boolean isTcp;
  private int headerLength;
  private int transport;
  private int nextIdentification;
  private int nextSequence;
  private int nextFlags;

  // Sums over what is the same in all headers: IPv4's; the transport's with its pseudo-header.
  private int ipv4Sum;
  private int transportSum;

  public Segmenter(Arena arena) {
    templateEnd = arena.allocate(MAX_HEADER_LENGTH + Long.BYTES, 64).address() + MAX_HEADER_LENGTH;
  }

  /**
   * Takes what was read from the TUN device.
   *
   * @param header address of its {@code struct virtio_net_hdr}; not needed any more afterwards
   * @param packet of which {@link Ip#validate} says that it has {@code length} bytes; the 7 bytes
   *     before it are readable and writable
   * @return how many packets {@link #next} makes of it; 0 when header and packet do not fit
   */
  public int begin(long header, long packet, int length) {
    int gsoType = VirtioNetHeader.gsoType(header);
    if (gsoType != VirtioNetHeader.GSO_NONE) {
      return beginCutting(header, gsoType & ~VirtioNetHeader.GSO_ECN, packet, length);
    }
    cutting = false;
    nextPayload = packet;
    this.length = length;
    boolean complete =
        (VirtioNetHeader.flags(header) & VirtioNetHeader.NEEDS_CSUM) == 0
            || completeChecksum(header, packet, length);
    return complete ? 1 : 0;
  }

  /**
   * The next packet's address, complete in header and checksums. To be called as often as {@link
   * #begin} said.
   */
  public long next() {
    if (!cutting) {
      return nextPayload;
    }
    long payload = nextPayload;
    int payloadLength = Math.min(segmentSize, remaining);
    nextPayload = payload + payloadLength;
    remaining -= payloadLength;
    int total = headerLength + payloadLength;
    length = total;
    copyBackwards(templateEnd, payload, headerLength);
    long packet = payload - headerLength;
    if (isIpv4) {
      putIpv4Fields(packet, total);
    } else {
      NativeMemory.putShortBe(packet + Ipv6.PAYLOAD_LENGTH, (short) (total - Ipv6.HEADER_LENGTH));
    }
    int transportLength = total - transport;
    long sum = (long) transportSum + transportLength + Checksum.sum(payload, payloadLength);
    if (isTcp) {
      putTcpFields(packet + transport, sum);
    } else {
      putUdpFields(packet + transport, sum, transportLength);
    }
    return packet;
  }

  /** Bytes of the packet that {@link #next} returned last. */
  public int length() {
    return length;
  }

  private int beginCutting(long header, int gsoType, long packet, int length) {
    boolean tcp = gsoType != VirtioNetHeader.GSO_UDP_L4;
    int transport = transportOffset(header, packet, tcp);
    if (!fits(gsoType, transport, packet, length)) {
      return 0;
    }
    int headerLength = transport + (tcp ? Tcp.headerLength(packet + transport) : Udp.HEADER_LENGTH);
    int minHeaderLength = transport + (tcp ? Tcp.MIN_HEADER_LENGTH : Udp.HEADER_LENGTH);
    int gsoSize = VirtioNetHeader.gsoSize(header);
    if (headerLength < minHeaderLength
        || headerLength > MAX_HEADER_LENGTH
        || headerLength >= length
        || gsoSize == 0) {
      return 0;
    }
    int payload = length - headerLength;
    int segments = (payload + gsoSize - 1) / gsoSize;
    if (segments > MAX_SEGMENTS) {
      return 0;
    }
    cutting = true;
    nextPayload = packet + headerLength;
    remaining = payload;
    segmentSize = gsoSize;
    isIpv4 = Ip.version(packet) == Ip.V4;
    isTcp = tcp;
    this.headerLength = headerLength;
    this.transport = transport;
    int pseudoHeaderSum = pseudoHeaderSum(header, packet, length - transport);
    copyBackwards(packet + headerLength, templateEnd, headerLength);
    prepareTemplate(pseudoHeaderSum, length - transport);
    return segments;
  }

  /**
   * Where the transport header must be, or −1. From csum_start (hdr_len is only a hint); without
   * one from the IP header, as behind a card that joins packets by itself.
   */
  private static int transportOffset(long header, long packet, boolean tcp) {
    if ((VirtioNetHeader.flags(header) & VirtioNetHeader.NEEDS_CSUM) != 0) {
      boolean inPlace =
          VirtioNetHeader.checksumOffset(header) == (tcp ? Tcp.CHECKSUM : Udp.CHECKSUM);
      return inPlace ? VirtioNetHeader.checksumStart(header) : -1;
    }
    return ipHeaderLength(packet);
  }

  private static int ipHeaderLength(long packet) {
    return Ip.version(packet) == Ip.V4 ? Ipv4.headerLength(packet) : Ipv6.HEADER_LENGTH;
  }

  private static boolean fits(int gsoType, int transport, long packet, int length) {
    boolean v4 = Ip.version(packet) == Ip.V4;
    int protocol =
        switch (gsoType) {
          case VirtioNetHeader.GSO_TCPV4 -> v4 ? Tcp.PROTOCOL : -1;
          case VirtioNetHeader.GSO_TCPV6 -> v4 ? -1 : Tcp.PROTOCOL;
          case VirtioNetHeader.GSO_UDP_L4 -> Udp.PROTOCOL;
          default -> -1;
        };
    int minLength = protocol == Tcp.PROTOCOL ? Tcp.MIN_HEADER_LENGTH : Udp.HEADER_LENGTH;
    if (protocol < 0 || transport < 0 || transport + minLength > length) {
      return false;
    }
    if (v4) {
      return transport == Ipv4.headerLength(packet) && Ipv4.protocol(packet) == protocol;
    }
    // Farther off there are extension headers in between, and only the kernel knows what follows.
    return transport > Ipv6.HEADER_LENGTH
        || (transport == Ipv6.HEADER_LENGTH && Ipv6.nextHeader(packet) == protocol);
  }

  /**
   * The kernel's own partial sum where there is one: behind a routing header it is over the last
   * destination (RFC 8200, section 8.1), which the fixed header does not have.
   */
  private int pseudoHeaderSum(long header, long packet, int transportLength) {
    if ((VirtioNetHeader.flags(header) & VirtioNetHeader.NEEDS_CSUM) != 0) {
      int place = transport + (isTcp ? Tcp.CHECKSUM : Udp.CHECKSUM);
      return NativeMemory.getUnsignedShortBe(packet + place);
    }
    int protocol = isTcp ? Tcp.PROTOCOL : Udp.PROTOCOL;
    return isIpv4
        ? Ipv4.pseudoHeaderSum(packet, protocol, transportLength)
        : Ipv6.pseudoHeaderSum(packet, protocol, transportLength);
  }

  /** Zeroes in the template what differs from packet to packet, and sums up the rest. */
  private void prepareTemplate(int pseudoHeaderSum, int transportLength) {
    long ip = templateEnd - headerLength;
    if (isIpv4) {
      nextIdentification = NativeMemory.getUnsignedShortBe(ip + Ipv4.IDENTIFICATION);
      NativeMemory.putShortBe(ip + Ipv4.TOTAL_LENGTH, (short) 0);
      NativeMemory.putShortBe(ip + Ipv4.IDENTIFICATION, (short) 0);
      NativeMemory.putShortBe(ip + Ipv4.CHECKSUM, (short) 0);
      ipv4Sum = Checksum.sum(ip, transport);
    }
    long start = ip + transport;
    if (isTcp) {
      nextSequence = Tcp.sequence(start);
      nextFlags = Tcp.flags(start);
      NativeMemory.putIntBe(start + Tcp.SEQUENCE, 0);
      NativeMemory.putByte(start + Tcp.FLAGS, (byte) 0);
      NativeMemory.putShortBe(start + Tcp.CHECKSUM, (short) 0);
    } else {
      NativeMemory.putShortBe(start + Udp.LENGTH, (short) 0);
      NativeMemory.putShortBe(start + Udp.CHECKSUM, (short) 0);
    }
    // The pseudo-header's sum has the length of all in it: taken out here, each packet adds its
    // own. The complement of a word is its negative (RFC 1071, section 2).
    long withoutLength = pseudoHeaderSum + (~transportLength & 0xffffL);
    transportSum = Checksum.fold(withoutLength + Checksum.sum(start, headerLength - transport));
  }

  private void putIpv4Fields(long packet, int total) {
    int identification = nextIdentification;
    nextIdentification = (identification + 1) & 0xffff;
    int checksum = Checksum.complement((long) ipv4Sum + total + identification);
    NativeMemory.putShortBe(packet + Ipv4.TOTAL_LENGTH, (short) total);
    NativeMemory.putShortBe(packet + Ipv4.IDENTIFICATION, (short) identification);
    NativeMemory.putShortBe(packet + Ipv4.CHECKSUM, (short) checksum);
  }

  /** FIN and PSH belong to the last packet, CWR to the first (RFC 3168, section 6.1.2). */
  private void putTcpFields(long tcp, long sum) {
    int sequence = nextSequence;
    int flags = remaining == 0 ? nextFlags : nextFlags & ~(Tcp.FIN | Tcp.PSH);
    nextSequence = sequence + segmentSize;
    nextFlags &= ~Tcp.CWR;
    int checksum = Checksum.complement(sum + flags + (sequence >>> 16) + (sequence & 0xffff));
    NativeMemory.putIntBe(tcp + Tcp.SEQUENCE, sequence);
    NativeMemory.putByte(tcp + Tcp.FLAGS, (byte) flags);
    NativeMemory.putShortBe(tcp + Tcp.CHECKSUM, (short) checksum);
  }

  private static void putUdpFields(long udp, long sum, int transportLength) {
    int checksum = Checksum.complement(sum + transportLength);
    NativeMemory.putShortBe(udp + Udp.LENGTH, (short) transportLength);
    NativeMemory.putShortBe(
        udp + Udp.CHECKSUM, (short) (checksum == 0 ? Udp.ZERO_CHECKSUM : checksum));
  }

  /** The field has the pseudo-header's sum in it already, so it counts like any other word. */
  private static boolean completeChecksum(long header, long packet, int length) {
    int start = VirtioNetHeader.checksumStart(header);
    int offset = VirtioNetHeader.checksumOffset(header);
    if (start < ipHeaderLength(packet) || start + offset + Short.BYTES > length) {
      return false;
    }
    int checksum = Checksum.complement(Checksum.sum(packet + start, length - start));
    if (checksum == 0 && offset == Udp.CHECKSUM) {
      checksum = Udp.ZERO_CHECKSUM;
    }
    NativeMemory.putShortBe(packet + start + offset, (short) checksum);
    return true;
  }

  /** Copies the {@code length} bytes before one address to before another, rounded up to longs. */
  private static void copyBackwards(long sourceEnd, long destinationEnd, int length) {
    int words = (length + Long.BYTES - 1) >>> 3;
    long source = sourceEnd - words * 8L;
    long destination = destinationEnd - words * 8L;
    for (int i = 0; i < words; i++) {
      NativeMemory.putLong(destination + i * 8L, NativeMemory.getLong(source + i * 8L));
    }
  }
}
