package io.taltun.daemon.takeover;

import io.taltun.dataplane.os.Offload;
import io.taltun.dataplane.tun.TunOffloads;
import io.taltun.dataplane.udp.UdpOffloads;
import java.util.ArrayList;
import java.util.List;

/**
 * What a running gateway stands on.
 *
 * @param pid of its process
 * @param port that the sockets are bound to
 * @param fwmark SO_MARK of the sockets, 0 for none
 * @param tunOffloads that are in use
 * @param udpOffloads that are in use
 * @param network what it told the kernel, as {@code NetworkState} writes it
 * @param queues descriptors of the TUN device, one a worker; they go beside the message
 * @param ipv4 descriptors of the sockets, one a worker, or none
 * @param ipv6 the same
 */
public record Offer(
    long pid,
    int port,
    int fwmark,
    TunOffloads tunOffloads,
    UdpOffloads udpOffloads,
    List<String> network,
    List<Integer> queues,
    List<Integer> ipv4,
    List<Integer> ipv6) {

  /** How many workers there are. */
  public int workers() {
    return queues.size();
  }

  /** All descriptors, in the order in which they go. */
  List<Integer> descriptors() {
    List<Integer> all = new ArrayList<>(queues);
    all.addAll(ipv4);
    all.addAll(ipv6);
    return all;
  }

  byte[] write() {
    ByteSink out = new ByteSink();
    out.putLong(pid).putInt(port).putInt(fwmark);
    write(out, tunOffloads.tso());
    write(out, tunOffloads.uso());
    write(out, tunOffloads.gro());
    out.putBoolean(tunOffloads.joinsUdp());
    write(out, udpOffloads.gso());
    write(out, udpOffloads.gro());
    out.putAll(network, out::putText);
    return out.putInt(queues.size()).putInt(ipv4.size()).putInt(ipv6.size()).take();
  }

  private static void write(ByteSink out, Offload offload) {
    out.putBoolean(offload.on()).putText(offload.reason());
  }

  /** Receives the descriptors that go beside the message. */
  @FunctionalInterface
  interface Descriptors {
    List<Integer> receive(int count) throws TakeoverException;
  }

  static Offer read(byte[] message, Descriptors descriptors) throws TakeoverException {
    return ByteSource.whole(message, in -> read(in, descriptors));
  }

  private static Offer read(ByteSource in, Descriptors descriptors) throws TakeoverException {
    long pid = in.getLong();
    int port = in.getInt();
    int fwmark = in.getInt();
    Offload tso = readOffload(in);
    Offload uso = readOffload(in);
    Offload gro = readOffload(in);
    TunOffloads tun = new TunOffloads(tso, uso, gro, in.getBoolean());
    Offload gso = readOffload(in);
    UdpOffloads udp = new UdpOffloads(gso, readOffload(in));
    List<String> network = in.getAll(in::getText);
    int queues = in.getInt();
    int ipv4 = in.getInt();
    int ipv6 = in.getInt();
    boolean fits = queues > 0 && (ipv4 == 0 || ipv4 == queues) && (ipv6 == 0 || ipv6 == queues);
    if (!fits || queues > 256) {
      throw new TakeoverException("the other process offers " + queues + " queues");
    }
    List<Integer> all = descriptors.receive(queues + ipv4 + ipv6);
    return new Offer(
        pid,
        port,
        fwmark,
        tun,
        udp,
        network,
        all.subList(0, queues),
        all.subList(queues, queues + ipv4),
        all.subList(queues + ipv4, all.size()));
  }

  private static Offload readOffload(ByteSource in) throws TakeoverException {
    boolean on = in.getBoolean();
    return new Offload(on, in.getText());
  }
}
