package io.taltun.daemon.gateway;

import java.util.Locale;

/** How packets are spread over CPUs. */
enum WorkerMode {
  /** One worker, on the one CPU there is. */
  SINGLE,
  /** One worker although there are more CPUs. */
  FORCED_SINGLE,
  /** Several workers, where the scheduler puts them. */
  SHARDED,
  /** Several workers, each bound to a CPU. */
  PINNED;

  /** {@code forced-single}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
