package io.taltun.dataplane.worker;

import io.taltun.dataplane.tun.TunOffloads;
import io.taltun.dataplane.udp.UdpOffloads;

/** What the kernel does for both edges of every worker. */
public record Offloads(TunOffloads tun, UdpOffloads udp) {
  /** Packets come and go one by one. */
  public static final Offloads NONE = new Offloads(TunOffloads.NONE, UdpOffloads.NONE);
}
