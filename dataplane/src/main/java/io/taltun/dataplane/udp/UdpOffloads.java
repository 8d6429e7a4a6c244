package io.taltun.dataplane.udp;

import io.taltun.dataplane.os.Offload;
import java.util.List;

/**
 * What the kernel does for the ciphertext edge, found out by asking it (trap 13).
 *
 * @param gso it cuts a message into datagrams as it sends it (UDP_SEGMENT)
 * @param gro it joins received datagrams into a message (UDP_GRO)
 */
public record UdpOffloads(Offload gso, Offload gro) {
  /** Neither. */
  public static final UdpOffloads NONE = new UdpOffloads(Offload.OFF, Offload.OFF);

  /**
   * Switches on what is wanted and there, the same on all sockets.
   *
   * @param sockets not yet read from
   */
  public static UdpOffloads enable(List<UdpSocketPair> sockets, boolean gso, boolean gro) {
    int refusedGso = 0;
    int refusedGro = 0;
    for (UdpSocketPair pair : sockets) {
      for (UdpSocket socket : pair.present()) {
        refusedGso = gso ? Math.min(refusedGso, socket.probeSegmenting()) : 0;
        refusedGro = gro ? Math.min(refusedGro, socket.joinReceived()) : 0;
      }
    }
    return new UdpOffloads(state(gso, refusedGso), state(gro, refusedGro));
  }

  private static Offload state(boolean wanted, int result) {
    if (!wanted) {
      return Offload.OFF;
    }
    return result < 0 ? Offload.unavailable(-result) : Offload.ON;
  }
}
