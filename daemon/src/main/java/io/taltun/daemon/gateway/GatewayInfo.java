package io.taltun.daemon.gateway;

import java.util.List;
import java.util.Map;

/**
 * What a gateway runs on.
 *
 * @param version of Taltun
 * @param java the runtime's version; null from a gateway older than this field
 * @param kernel its release; likewise
 * @param engines the cryptographic engines in use
 * @param modes how packets are carried
 * @param places one for each worker
 * @param features kernel features and modes, each with its state: {@code on}, {@code off}, {@code
 *     missing}, {@code unavailable: REASON} or {@code fallen back: REASON}
 */
public record GatewayInfo(
    String version,
    String java,
    String kernel,
    String engines,
    GatewayModes modes,
    List<WorkerPlace> places,
    Map<String, String> features) {
  /** Copies the list; the map keeps its order and is not to be changed. */
  public GatewayInfo {
    places = List.copyOf(places);
  }
}
