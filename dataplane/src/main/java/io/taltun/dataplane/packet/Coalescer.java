package io.taltun.dataplane.packet;

import io.taltun.dataplane.counter.Counter;
import io.taltun.dataplane.counter.Counters;
import io.taltun.dataplane.counter.DropReason;
import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;

/**
 * Writes packets to the TUN device, and what a flow's neighbours allow as one packet: the mirror of
 * {@link Segmenter}. Up to {@value #MAX_FLOWS} flows are open at once, so that flows coalesce
 * though their packets alternate. A flow has one packet open at most, so its order holds; flows may
 * overtake each other. Owned by one worker.
 *
 * <p>Only packets whose checksums were found right are joined, as the kernel makes new ones for the
 * whole: a wrong one is written as it is, for its receiver to drop and count.
 *
 * <p>When the device refuses a joined packet, its kind is not joined any more from then on, and the
 * packet's pieces are written one by one: no packet is lost by the attempt.
 */
public final class Coalescer {
  /** Bytes before each packet that must be writable: the virtio header, rounded up. */
  public static final int HEADROOM = 16;

  private static final int MAX_FLOWS = 8;

  private final TunQueue tun;
  private final int tunHeaderLength;
  private final Counters counters;

  // Written by the owning worker; any thread may read.
  private volatile boolean tcpEnabled;
  private volatile boolean udpEnabled;

  // Written by the owning worker. The first openCount are open, the one used last in front.
  private final CoalescedPacket[] open = new CoalescedPacket[MAX_FLOWS];
  private int openCount;

  /**
   * @param tcp whether to join TCP segments
   * @param udp whether to join UDP datagrams, for a device that takes USO
   */
  public Coalescer(Arena arena, TunQueue tun, Counters counters, boolean tcp, boolean udp) {
    this.tun = tun;
    this.counters = counters;
    tunHeaderLength = tun.headerLength();
    boolean possible = tunHeaderLength == VirtioNetHeader.LENGTH;
    tcpEnabled = tcp && possible;
    udpEnabled = udp && possible;
    for (int i = 0; i < MAX_FLOWS; i++) {
      open[i] = new CoalescedPacket(arena);
    }
  }

  /** Whether TCP segments are joined still. Any thread. */
  public boolean tcpEnabled() {
    return tcpEnabled;
  }

  /** Whether UDP datagrams are joined still. Any thread. */
  public boolean udpEnabled() {
    return udpEnabled;
  }

  /** Whether nothing waits for {@link #flush}. */
  public boolean isEmpty() {
    return openCount == 0;
  }

  /**
   * Takes a packet, which stays where it is until {@link #flush}.
   *
   * @param packet of which {@link Ip#validate} says that it has {@code length} bytes; the {@value
   *     #HEADROOM} bytes before it are overwritten
   */
  public void add(long packet, int length) {
    int kind = TransportKind.of(packet, length);
    if (kind == TransportKind.NONE) {
      // It may belong to an open flow all the same, as a fragment does: nothing is overtaken.
      flush();
      writeAlone(packet, length);
      return;
    }
    int i = find(kind, packet);
    int headerLength = joinableHeaderLength(kind, packet, length);
    if (headerLength == 0) {
      if (i >= 0) {
        close(i);
      }
      writeAlone(packet, length);
      return;
    }
    boolean push = hasPush(kind, packet);
    int payloadLength = length - headerLength;
    if (i >= 0) {
      if (open[i].takes(packet, headerLength, payloadLength)) {
        if (open[i].add(packet, payloadLength, push)) {
          close(i);
        } else if (i != 0) {
          moveToFront(i);
        }
        return;
      }
      close(i);
    }
    if (push) {
      writeAlone(packet, length);
    } else {
      open(kind, packet, headerLength, length);
    }
  }

  /** Writes all that is open, what has waited longest first. */
  public void flush() {
    for (int i = openCount - 1; i >= 0; i--) {
      write(open[i]);
    }
    openCount = 0;
  }

  private int find(int kind, long packet) {
    for (int i = 0; i < openCount; i++) {
      if (open[i].isOfFlow(kind, packet)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Whether a packet may be joined as far as itself is concerned.
   *
   * @return bytes of its IP and transport headers, or 0 when it must go alone
   */
  private int joinableHeaderLength(int kind, long packet, int length) {
    int transport = TransportKind.transport(kind);
    long start = packet + transport;
    int headerLength;
    if (TransportKind.isTcp(kind)) {
      int tcpHeaderLength = Tcp.headerLength(start);
      headerLength = transport + tcpHeaderLength;
      if (!tcpEnabled
          || tcpHeaderLength < Tcp.MIN_HEADER_LENGTH
          || (Tcp.flags(start) & ~Tcp.PSH) != Tcp.ACK) {
        return 0;
      }
    } else {
      headerLength = transport + Udp.HEADER_LENGTH;
      if (!udpEnabled || Udp.length(start) != length - transport || Udp.checksum(start) == 0) {
        return 0;
      }
    }
    boolean joinable =
        length > headerLength && TransportKind.hasValidChecksums(kind, packet, length);
    return joinable ? headerLength : 0;
  }

  private static boolean hasPush(int kind, long packet) {
    return TransportKind.isTcp(kind)
        && (Tcp.flags(packet + TransportKind.transport(kind)) & Tcp.PSH) != 0;
  }

  private void open(int kind, long packet, int headerLength, int length) {
    if (openCount == MAX_FLOWS) {
      close(MAX_FLOWS - 1);
    }
    open[openCount].start(kind, packet, headerLength, length);
    moveToFront(openCount);
    openCount++;
  }

  private void close(int i) {
    write(open[i]);
    CoalescedPacket closed = open[i];
    openCount--;
    for (int k = i; k < openCount; k++) {
      open[k] = open[k + 1];
    }
    open[openCount] = closed;
  }

  private void moveToFront(int i) {
    CoalescedPacket used = open[i];
    for (int k = i; k > 0; k--) {
      open[k] = open[k - 1];
    }
    open[0] = used;
  }

  private void write(CoalescedPacket whole) {
    int pieces = whole.pieces();
    if (pieces == 1 || !isEnabled(whole.kind())) {
      writePieces(whole);
      return;
    }
    int result = tun.writeVectors(whole.complete(), pieces);
    counters.increment(Counter.TUN_WRITES);
    if (result >= 0) {
      counters.add(Counter.TUN_WRITTEN_PACKETS, pieces);
    } else if (isTemporary(-result)) {
      counters.drop(DropReason.TUN_WRITE_FAILED, pieces);
    } else {
      counters.increment(Counter.TUN_OFFLOAD_REFUSALS);
      disable(whole.kind());
      whole.restore();
      writePieces(whole);
    }
  }

  private boolean isEnabled(int kind) {
    return TransportKind.isTcp(kind) ? tcpEnabled : udpEnabled;
  }

  private void disable(int kind) {
    if (TransportKind.isTcp(kind)) {
      tcpEnabled = false;
    } else {
      udpEnabled = false;
    }
  }

  /** Whether an error says something about the device's state, not about the packet. */
  private static boolean isTemporary(int errno) {
    return switch (errno) {
      case Errno.EAGAIN,
          Errno.EINTR,
          Errno.EIO,
          Errno.EBADF,
          Errno.EBADFD,
          Errno.ENOBUFS,
          Errno.ENOMEM,
          Errno.ENETDOWN ->
          true;
      default -> false;
    };
  }

  private void writePieces(CoalescedPacket whole) {
    int pieces = whole.pieces();
    for (int i = 0; i < pieces; i++) {
      writeAlone(whole.piece(i), whole.pieceLength(i));
    }
  }

  private void writeAlone(long packet, int length) {
    int headerLength = tunHeaderLength;
    long start = packet - headerLength;
    if (headerLength != 0) {
      VirtioNetHeader.clear(start);
    }
    int result = tun.write(start, headerLength + length);
    counters.increment(Counter.TUN_WRITES);
    if (result >= 0) {
      counters.increment(Counter.TUN_WRITTEN_PACKETS);
    } else {
      counters.drop(DropReason.TUN_WRITE_FAILED);
    }
  }
}
