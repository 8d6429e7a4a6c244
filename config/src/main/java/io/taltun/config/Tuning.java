package io.taltun.config;

/**
 * Limits that only unusual gateways change.
 *
 * @param rekeyAfterBytes traffic of one session, in bytes, after which a new handshake starts; at
 *     least 1 MiB
 */
public record Tuning(long rekeyAfterBytes) {
  /** The least traffic between two handshakes: 1 MiB. */
  public static final long LEAST_REKEY_AFTER_BYTES = 1L << 20;

  /** 1 GiB. */
  public static final Tuning DEFAULT = new Tuning(1L << 30);

  /** Checks the limit. */
  public Tuning {
    if (rekeyAfterBytes < LEAST_REKEY_AFTER_BYTES) {
      throw new IllegalArgumentException("at least 1MiB between two handshakes");
    }
  }
}
