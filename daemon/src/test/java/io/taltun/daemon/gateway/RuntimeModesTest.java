package io.taltun.daemon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.config.Offload;
import io.taltun.config.Offloads;
import io.taltun.dataplane.os.CpuAffinity;
import io.taltun.dataplane.os.NumaNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuntimeModesTest {
  private static final Map<String, String> FIXED = Map.of("udp-ipv4", "on");

  private final int cpu = CpuAffinity.allowed().getFirst();
  private final WorkerPlan pinned = new WorkerPlan(WorkerMode.PINNED, List.of(cpu, cpu));
  private final WorkerPlan sharded = pinned.unpinned();
  private final Map<KernelOffload, FeatureState> probed = new EnumMap<>(KernelOffload.class);
  private FeatureState bound = FeatureState.ON;

  private final LiveStates live =
      new LiveStates() {
        @Override
        public Map<KernelOffload, FeatureState> offloads() {
          return probed;
        }

        @Override
        public FeatureState pinning() {
          return bound;
        }
      };

  private RuntimeModes modes(WorkerPlan plan, Offloads offloads) {
    return new RuntimeModes(plan, offloads, "aead=x", "x/split", () -> FIXED, live);
  }

  private void allOn() {
    for (KernelOffload offload : KernelOffload.values()) {
      probed.put(offload, FeatureState.ON);
    }
  }

  @Test
  void shouldNameEverythingInUseWhenTheKernelHasAll() {
    allOn();
    GatewayModes now = modes(pinned, Offloads.AUTO).now();

    assertThat(now.describe())
        .isEqualTo("workers 2 pinned, offloads tun-tso tun-uso tun-gro udp-gso udp-gro, x/split");
    assertThat(now.offloads().keySet())
        .containsExactly("tun-tso", "tun-uso", "tun-gro", "udp-gso", "udp-gro");
  }

  @Test
  void shouldSayOffWhateverTheKernelHasWhenTheConfigurationSaysSo() {
    Offload off = Offload.OFF;
    Offload auto = Offload.AUTO;
    allOn();
    assertThat(modes(sharded, new Offloads(off, auto, auto, auto, auto)).now().offloads())
        .containsEntry("tun-tso", "off")
        .containsEntry("tun-uso", "on");
    assertThat(modes(sharded, new Offloads(auto, off, auto, auto, off)).now().describe())
        .isEqualTo("workers 2 sharded, offloads tun-tso tun-gro udp-gso, x/split");
    probed.clear();
    assertThat(modes(sharded, new Offloads(off, off, off, off, off)).now().describe())
        .isEqualTo("workers 2 sharded, no offloads, x/split");
  }

  @Test
  void shouldFollowAnOffloadWhenItFallsBack() {
    allOn();
    probed.put(KernelOffload.TUN_USO, FeatureState.unavailable("invalid argument"));
    RuntimeModes modes = modes(pinned, Offloads.AUTO);
    assertThat(modes.info().features())
        .containsEntry("tun-uso", "unavailable: invalid argument")
        .containsEntry("udp-gso", "on");

    probed.put(KernelOffload.UDP_GSO, FeatureState.fallenBack("input/output error"));

    assertThat(modes.info().features())
        .containsEntry("udp-gso", "fallen back: input/output error")
        .containsEntry("udp-ipv4", "on");
    assertThat(modes.now().describe())
        .isEqualTo(
            "workers 2 pinned, offloads tun-tso tun-gro udp-gro, fallen back udp-gso, x/split");
  }

  @Test
  void shouldShowTheCpuAndItsNodeOfABoundWorker() {
    GatewayInfo info = modes(pinned, Offloads.AUTO).info();

    Integer node = NumaNode.of(cpu) == NumaNode.UNKNOWN ? null : NumaNode.of(cpu);
    assertThat(info.places())
        .containsExactly(new WorkerPlace(0, cpu, node), new WorkerPlace(1, cpu, node));
    assertThat(info.features()).containsEntry("pinning", "on");
  }

  @Test
  void shouldShowNoCpuWhenWorkersAreNotBound() {
    GatewayInfo info = modes(sharded, Offloads.AUTO).info();

    assertThat(info.places())
        .containsExactly(new WorkerPlace(0, null, null), new WorkerPlace(1, null, null));
    assertThat(info.features()).containsEntry("pinning", "off");
  }

  @Test
  void shouldNotClaimPinnedWorkersWhenTheKernelRefused() {
    bound = FeatureState.unavailable("operation not permitted");
    GatewayInfo info = modes(pinned, Offloads.AUTO).info();

    assertThat(info.modes().mode()).isEqualTo("sharded");
    assertThat(info.features()).containsEntry("pinning", "unavailable: operation not permitted");
    assertThat(info.places()).allMatch(place -> place.cpu() == null);
  }
}
