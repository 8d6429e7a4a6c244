package io.taltun.dataplane.tun;

import io.taltun.dataplane.os.Offload;
import io.taltun.dataplane.os.Syscall;

/**
 * What the kernel does for the plaintext edge, found out by asking it (trap 13).
 *
 * @param tso it hands out TCP in pieces of up to 64 KiB, for us to segment
 * @param uso the same for UDP (Linux 6.2)
 * @param gro it takes joined packets from us, and cuts them where somebody needs them apart
 * @param joinsUdp whether {@code gro} is for UDP too (Linux 6.2)
 */
public record TunOffloads(Offload tso, Offload uso, Offload gro, boolean joinsUdp) {
  /** None: packets come and go one by one, without a header. */
  public static final TunOffloads NONE =
      new TunOffloads(Offload.OFF, Offload.OFF, Offload.OFF, false);

  private static final long TUNSETOFFLOAD = 0x400454d0L;
  private static final int TUN_F_CSUM = 0x01;
  private static final int TUN_F_TSO = 0x02 | 0x04 | 0x08; // IPv4, IPv6, ECN
  private static final int TUN_F_USO = 0x20 | 0x40; // IPv4, IPv6

  /** Whether any needs the header in front of each packet. */
  boolean needsHeader() {
    return tso.on() || uso.on() || gro.on();
  }

  /** Those that are wanted, until the kernel was asked. */
  static TunOffloads wanted(boolean tso, boolean uso, boolean gro) {
    return new TunOffloads(state(tso), state(uso), state(gro), gro);
  }

  private static Offload state(boolean wanted) {
    return wanted ? Offload.ON : Offload.OFF;
  }

  /** What is left where the kernel has no header for them. */
  TunOffloads withoutHeader() {
    Offload missing = Offload.unavailable("no IFF_VNET_HDR");
    return new TunOffloads(
        tso.on() ? missing : tso, uso.on() ? missing : uso, gro.on() ? missing : gro, false);
  }

  /**
   * Switches on what is wanted and there.
   *
   * @param fd a queue with a header
   */
  TunOffloads enable(int fd) {
    int refusedUso = set(fd, TUN_F_CSUM | TUN_F_USO);
    int flags = (tso.on() ? TUN_F_TSO : 0) | (uso.on() && refusedUso >= 0 ? TUN_F_USO : 0);
    int refused = set(fd, flags == 0 ? 0 : flags | TUN_F_CSUM);
    return new TunOffloads(
        asked(tso, refused),
        asked(uso, Math.min(refused, refusedUso)),
        gro,
        gro.on() && refusedUso >= 0);
  }

  private static Offload asked(Offload wanted, int result) {
    return wanted.on() && result < 0 ? Offload.unavailable(-result) : wanted;
  }

  private static int set(int fd, int flags) {
    return Syscall.ioctl(fd, TUNSETOFFLOAD, flags);
  }
}
