package io.taltun.dataplane.os;

/**
 * Whether the kernel takes one piece of the work over from us.
 *
 * @param on whether it is in use
 * @param reason why the kernel does not, a short clause; empty when it does or was not asked
 */
public record Offload(boolean on, String reason) {
  /** In use. */
  public static final Offload ON = new Offload(true, "");

  /** Not wanted. */
  public static final Offload OFF = new Offload(false, "");

  /** Wanted, but the kernel refuses it. */
  public static Offload unavailable(int errno) {
    return unavailable(Errno.text(errno));
  }

  /** Wanted, but something is missing. */
  public static Offload unavailable(String reason) {
    return new Offload(false, reason);
  }
}
