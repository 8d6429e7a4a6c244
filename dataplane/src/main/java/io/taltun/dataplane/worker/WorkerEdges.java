package io.taltun.dataplane.worker;

import io.taltun.dataplane.os.CpuAffinity;
import io.taltun.dataplane.tun.TunDevice;
import io.taltun.dataplane.tun.TunOffloads;
import io.taltun.dataplane.tun.TunQueue;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.udp.UdpSocketPair;
import java.util.ArrayList;
import java.util.List;

/**
 * What one worker stands between, and where.
 *
 * @param tunOffloads what the kernel does for the queue
 * @param udpOffloads what the kernel does for the sockets
 * @param cpu that the worker binds itself to, or {@link CpuAffinity#ANY}
 */
public record WorkerEdges(
    TunQueue tun,
    UdpSocketPair sockets,
    TunOffloads tunOffloads,
    UdpOffloads udpOffloads,
    int cpu) {

  /**
   * Those of all workers: worker i has queue i of the device and socket pair i.
   *
   * @param sockets as many as the device has queues
   * @param cpus as many
   */
  public static List<WorkerEdges> of(
      TunDevice device, List<UdpSocketPair> sockets, UdpOffloads udpOffloads, List<Integer> cpus) {
    List<WorkerEdges> all = new ArrayList<>();
    for (int i = 0; i < sockets.size(); i++) {
      all.add(
          new WorkerEdges(
              device.queues().get(i), sockets.get(i), device.offloads(), udpOffloads, cpus.get(i)));
    }
    return all;
  }
}
