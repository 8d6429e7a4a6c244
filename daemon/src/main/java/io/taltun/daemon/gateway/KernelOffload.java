package io.taltun.daemon.gateway;

import io.taltun.config.Offload;
import io.taltun.config.Offloads;
import java.util.Locale;

/** The offloads by the names that the configuration has for them. */
enum KernelOffload {
  TUN_TSO,
  TUN_USO,
  TUN_GRO,
  UDP_GSO,
  UDP_GRO;

  /** Whether the configuration lets it be used. */
  boolean allowed(Offloads offloads) {
    Offload configured =
        switch (this) {
          case TUN_TSO -> offloads.tunTso();
          case TUN_USO -> offloads.tunUso();
          case TUN_GRO -> offloads.tunGro();
          case UDP_GSO -> offloads.udpGso();
          case UDP_GRO -> offloads.udpGro();
        };
    return configured != Offload.OFF;
  }

  /** {@code tun-tso}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
