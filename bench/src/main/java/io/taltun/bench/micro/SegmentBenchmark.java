package io.taltun.bench.micro;

import io.taltun.dataplane.packet.Segmenter;
import io.taltun.dataplane.tun.VirtioNetHeader;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One read of 44 packets of 1400 bytes, cut; the figure is that of one packet. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentBenchmark {
  private static final int PACKETS = 44;
  private static final int PACKET_LENGTH = 1400;
  private static final int HEADROOM = 128;

  @Param({"tcp", "udp"})
  public String protocol;

  private Arena arena;
  private Segmenter segmenter;
  private boolean tcp;
  private long packet;
  private long headers;
  private int headerLength;
  private int payloadLength;

  @Setup
  public void fill() {
    arena = Arena.ofShared();
    segmenter = new Segmenter(arena);
    tcp = protocol.equals("tcp");
    headerLength = tcp ? InnerPackets.TCP_HEADERS : InnerPackets.UDP_HEADERS;
    payloadLength = PACKET_LENGTH - headerLength;
    int length = headerLength + PACKETS * payloadLength;
    packet = InnerPackets.allocate(arena, HEADROOM, length);
    InnerPackets.putHeaders(packet, length, tcp, 1, 1);
    headers = InnerPackets.saveHeaders(arena, packet);
  }

  @TearDown
  public void release() {
    arena.close();
  }

  @Benchmark
  @OperationsPerInvocation(PACKETS)
  public long segment() {
    int length = headerLength + PACKETS * payloadLength;
    // The headers became those of the first packet the last time.
    InnerPackets.restoreHeaders(headers, packet);
    long header = packet - VirtioNetHeader.LENGTH;
    VirtioNetHeader.setPartialChecksum(header, 20, tcp ? 16 : 6);
    int gsoType = tcp ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_UDP_L4;
    VirtioNetHeader.setSegmentation(header, gsoType, headerLength, payloadLength);
    int count = segmenter.begin(header, packet, length);
    if (count != PACKETS) {
      throw new AssertionError(count + " packets");
    }
    long used = 0;
    for (int i = 0; i < count; i++) {
      used ^= segmenter.next() + segmenter.length();
    }
    return used;
  }
}
