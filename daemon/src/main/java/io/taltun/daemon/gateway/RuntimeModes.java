package io.taltun.daemon.gateway;

import io.taltun.config.Offloads;
import io.taltun.dataplane.os.CpuAffinity;
import io.taltun.dataplane.os.NumaNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How a gateway runs: what was chosen at its start, joined with what became of it. Any thread asks.
 */
final class RuntimeModes {
  private final WorkerPlan plan;
  private final Offloads offloads;
  private final String engines;
  private final String aead;
  private final Supplier<Map<String, String>> features;
  private final LiveStates live;

  /**
   * @param offloads as configured
   * @param engines all cryptographic engines in use
   * @param aead the one that seals and opens, with its construction
   * @param features that are no offload, each with its state
   */
  RuntimeModes(
      WorkerPlan plan,
      Offloads offloads,
      String engines,
      String aead,
      Supplier<Map<String, String>> features,
      LiveStates live) {
    this.plan = plan;
    this.offloads = offloads;
    this.engines = engines;
    this.aead = aead;
    this.features = features;
    this.live = live;
  }

  /** The short form. */
  GatewayModes now() {
    return modes(pinning());
  }

  /** All of it; reads sysfs. */
  GatewayInfo info() {
    FeatureState pinning = pinning();
    GatewayModes modes = modes(pinning);
    Map<String, String> all = new LinkedHashMap<>(features.get());
    all.put("pinning", pinning.toString());
    all.putAll(modes.offloads());
    return new GatewayInfo(
        version(),
        Runtime.version().toString(),
        System.getProperty("os.version"),
        engines,
        modes,
        places(actual(pinning)),
        all);
  }

  private static String version() {
    String version = RuntimeModes.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private FeatureState pinning() {
    return plan.pinned() ? live.pinning() : FeatureState.OFF;
  }

  private WorkerPlan actual(FeatureState pinning) {
    return pinning.equals(FeatureState.ON) ? plan : plan.unpinned();
  }

  private GatewayModes modes(FeatureState pinning) {
    Map<KernelOffload, FeatureState> probed = live.offloads();
    Map<String, String> states = new LinkedHashMap<>();
    for (KernelOffload offload : KernelOffload.values()) {
      FeatureState state = offload.allowed(offloads) ? probed.get(offload) : FeatureState.OFF;
      if (state != null) {
        states.put(offload.toString(), state.toString());
      }
    }
    return new GatewayModes(plan.workers(), actual(pinning).mode().toString(), states, aead);
  }

  private static List<WorkerPlace> places(WorkerPlan plan) {
    List<WorkerPlace> places = new ArrayList<>();
    for (int cpu : plan.cpus()) {
      int node = cpu == CpuAffinity.ANY ? NumaNode.UNKNOWN : NumaNode.of(cpu);
      places.add(
          new WorkerPlace(
              places.size(),
              cpu == CpuAffinity.ANY ? null : cpu,
              node == NumaNode.UNKNOWN ? null : node));
    }
    return places;
  }
}
