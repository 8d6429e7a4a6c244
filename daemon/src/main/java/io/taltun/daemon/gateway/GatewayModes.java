package io.taltun.daemon.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How a gateway carries packets at one moment, in short.
 *
 * @param workers threads that carry packets
 * @param mode {@code single}, {@code forced-single}, {@code sharded} or {@code pinned}
 * @param offloads of the kernel by their names in the configuration, each {@code on}, {@code off},
 *     {@code unavailable: REASON} or {@code fallen back: REASON}
 * @param aead what seals and opens, such as {@code libcrypto/split}
 */
public record GatewayModes(int workers, String mode, Map<String, String> offloads, String aead) {
  /** One line: {@code workers 2 pinned, offloads tun-tso udp-gro, libcrypto/split}. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    parts.add("workers " + workers + " " + mode);
    List<String> inUse = offloads(FeatureState.ON.toString()::equals);
    parts.add(inUse.isEmpty() ? "no offloads" : "offloads " + String.join(" ", inUse));
    List<String> fallenBack = offloads(FeatureState.Kind.FALLEN_BACK::startsText);
    if (!fallenBack.isEmpty()) {
      parts.add("fallen back " + String.join(" ", fallenBack));
    }
    parts.add(aead);
    return String.join(", ", parts);
  }

  private List<String> offloads(Predicate<String> state) {
    return offloads.entrySet().stream()
        .filter(offload -> state.test(offload.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
