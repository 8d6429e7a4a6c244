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
 * @param receiveBufferBytes that the kernel keeps for each UDP socket of what came
 * @param sendBufferBytes the same of what is to go
 * @param tunQueuePackets that wait in the device for each worker
 */
public record Tuning(
    long rekeyAfterBytes,
    Offloads offloads,
    AeadConstruction aead,
    Pinning pinning,
    int receiveBufferBytes,
    int sendBufferBytes,
    int tunQueuePackets) {
  /** The least traffic between two handshakes: 1 MiB. */
  public static final long LEAST_REKEY_AFTER_BYTES = 1L << 20;

  /** The smallest socket buffer: 64 KiB, which a joined message may fill. */
  public static final int LEAST_BUFFER_BYTES = 64 << 10;

  /** The largest socket buffer: 1 GiB less one byte is what the kernel can double. */
  public static final int MOST_BUFFER_BYTES = (1 << 30) - 1;

  /** The shortest and the longest queue of the device, in packets. */
  public static final int LEAST_TUN_QUEUE = 16;

  /** See {@link #LEAST_TUN_QUEUE}. */
  public static final int MOST_TUN_QUEUE = 65_535;

  /**
   * 1 GiB, buffers of 4 MiB, 500 packets as the kernel has it; everything else as the machine
   * suggests.
   */
  public static final Tuning DEFAULT =
      new Tuning(
          1L << 30, Offloads.AUTO, AeadConstruction.AUTO, Pinning.AUTO, 4 << 20, 4 << 20, 500);

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
