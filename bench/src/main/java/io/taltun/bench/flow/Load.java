package io.taltun.bench.flow;

import io.taltun.dataplane.memory.MadeUpPackets;
import io.taltun.dataplane.memory.MadeUpPackets.Made;
import java.util.Locale;
import java.util.function.Function;

/** What is carried, one kind of packet at a time. */
enum Load {
  TCP4(MadeUpPackets::bulkTcp4, Load.BULK),
  TCP6(MadeUpPackets::bulkTcp6, Load.BULK),
  UDP4_1380(packets -> packets.bulkUdp(false, 1380), Load.BULK),
  UDP6_1380(packets -> packets.bulkUdp(true, 1380), Load.BULK),
  UDP4_64(packets -> packets.bulkUdp(false, 64), Load.BULK),
  ONE4_1380(packets -> packets.datagram(false, 1380), Load.SINGLE),
  ONE4_64(packets -> packets.datagram(false, 64), Load.SINGLE),
  ONE6_64(packets -> packets.datagram(true, 64), Load.SINGLE),
  ACK4(packets -> packets.acknowledgement(false), Load.SINGLE),
  ACK6(packets -> packets.acknowledgement(true), Load.SINGLE);

  /** Reads of the TUN device a sample: together some hundreds of packets, about a millisecond. */
  private static final int BULK = 16;

  private static final int SINGLE = 512;

  private final Function<MadeUpPackets, Made> make;
  private final int reads;

  Load(Function<MadeUpPackets, Made> make, int reads) {
    this.make = make;
    this.reads = reads;
  }

  Made made(MadeUpPackets packets) {
    return make.apply(packets);
  }

  int reads() {
    return reads;
  }

  /** "tcp4": TCP in reads of 64 KiB; "udp4-1380": datagrams likewise; "one4-64": one a read. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
