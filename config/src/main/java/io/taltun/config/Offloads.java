package io.taltun.config;

import java.util.Objects;

/**
 * The kernel offloads, each with a switch of its own since each has been broken in some kernel or
 * driver (trap 13).
 *
 * @param tunTso the device hands over TCP segments of up to 64 KiB for us to cut (TUN_F_TSO4, TSO6)
 * @param tunUso the same for UDP (TUN_F_USO4, USO6)
 * @param tunGro we hand the device a flow's packets joined into one
 * @param udpGso a run of datagrams goes out in one message (UDP_SEGMENT)
 * @param udpGro a run of datagrams comes in as one message (UDP_GRO)
 */
public record Offloads(
    Offload tunTso, Offload tunUso, Offload tunGro, Offload udpGso, Offload udpGro) {
  /** Each where the kernel has it. */
  public static final Offloads AUTO =
      new Offloads(Offload.AUTO, Offload.AUTO, Offload.AUTO, Offload.AUTO, Offload.AUTO);

  /** Checks that none is missing. */
  public Offloads {
    Objects.requireNonNull(tunTso, "tunTso");
    Objects.requireNonNull(tunUso, "tunUso");
    Objects.requireNonNull(tunGro, "tunGro");
    Objects.requireNonNull(udpGso, "udpGso");
    Objects.requireNonNull(udpGro, "udpGro");
  }
}
