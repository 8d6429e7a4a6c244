package io.taltun.config;

import java.util.Objects;

/**
 * Limits and switches that only unusual gateways change.
 *
 * @param rekeyAfterBytes traffic of one session, in bytes, after which a new handshake starts; at
 *     least 1 MiB
 * @param offloads of the kernel
 * @param aead how packets are sealed and opened
 * @param pinning of workers to CPUs
 */
public record Tuning(
    long rekeyAfterBytes, Offloads offloads, AeadConstruction aead, Pinning pinning) {
  /** The least traffic between two handshakes: 1 MiB. */
  public static final long LEAST_REKEY_AFTER_BYTES = 1L << 20;

  /** 1 GiB; everything else as the machine suggests. */
  public static final Tuning DEFAULT =
      new Tuning(1L << 30, Offloads.AUTO, AeadConstruction.AUTO, Pinning.AUTO);

  /** Checks the limit. */
  public Tuning {
    if (rekeyAfterBytes < LEAST_REKEY_AFTER_BYTES) {
      throw new IllegalArgumentException("at least 1MiB between two handshakes");
    }
    Objects.requireNonNull(offloads, "offloads");
    Objects.requireNonNull(aead, "aead");
    Objects.requireNonNull(pinning, "pinning");
  }
}
