package io.taltun.dataplane.os;

/**
 * Whether the kernel takes one piece of the work over from us.
 *
 * @param on whether it is in use
 * @param state for a person: {@code on}, {@code off} or {@code unavailable: REASON}
 */
public record Offload(boolean on, String state) {
  /** In use. */
  public static final Offload ON = new Offload(true, "on");

  /** Not wanted. */
  public static final Offload OFF = new Offload(false, "off");

  /** Wanted, but the kernel refuses it. */
  public static Offload unavailable(int errno) {
    return unavailable(Errno.text(errno));
  }

  /** Wanted, but something is missing. */
  public static Offload unavailable(String reason) {
    return new Offload(false, "unavailable: " + reason);
  }
}
