package io.taltun.config;

/**
 * Packets from one peer to another.
 *
 * @param enabled whether they stay in userspace; otherwise the kernel forwards them, as with any
 *     WireGuard
 */
public record Relay(boolean enabled) {
  /** Off. */
  public static final Relay DEFAULT = new Relay(false);
}
