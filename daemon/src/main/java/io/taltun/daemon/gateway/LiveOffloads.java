package io.taltun.daemon.gateway;

import io.taltun.dataplane.os.Errno;
import io.taltun.dataplane.os.Offload;
import io.taltun.dataplane.tun.TunOffloads;
import io.taltun.dataplane.udp.UdpOffloads;
import io.taltun.dataplane.worker.WorkerGroup;
import java.util.EnumMap;
import java.util.Map;

/** What the probes said at the start, and what the workers have found out since. */
record LiveOffloads(TunOffloads tun, UdpOffloads udp, WorkerGroup workers) implements LiveStates {
  @Override
  public Map<KernelOffload, FeatureState> offloads() {
    Map<KernelOffload, FeatureState> states = new EnumMap<>(KernelOffload.class);
    states.put(KernelOffload.TUN_TSO, state(tun.tso()));
    states.put(KernelOffload.TUN_USO, state(tun.uso()));
    states.put(
        KernelOffload.TUN_GRO,
        tun.gro().on() && !workers.joining()
            ? FeatureState.fallenBack("the device refused a joined packet")
            : state(tun.gro()));
    states.put(
        KernelOffload.UDP_GSO,
        udp.gso().on() && !workers.cutting()
            ? FeatureState.fallenBack("a network device cannot fill checksums in")
            : state(udp.gso()));
    states.put(KernelOffload.UDP_GRO, state(udp.gro()));
    return states;
  }

  private static FeatureState state(Offload offload) {
    if (offload.on()) {
      return FeatureState.ON;
    }
    return offload.reason().isEmpty()
        ? FeatureState.OFF
        : FeatureState.unavailable(offload.reason());
  }

  @Override
  public FeatureState pinning() {
    int errno = workers.refusedCpu();
    return errno == 0 ? FeatureState.ON : FeatureState.unavailable(Errno.text(errno));
  }
}
