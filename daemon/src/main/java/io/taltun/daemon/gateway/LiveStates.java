package io.taltun.daemon.gateway;

import java.util.Map;

/**
 * What may turn out otherwise than planned while a gateway runs. Asked for every status, by any
 * thread; neither blocks nor throws.
 */
@FunctionalInterface
interface LiveStates {
  /** Each offload that was probed; those that the configuration switched off need not be there. */
  Map<KernelOffload, FeatureState> offloads();

  /** Whether the workers are where they were to be bound; asked only where they were. */
  default FeatureState pinning() {
    return FeatureState.ON;
  }
}
