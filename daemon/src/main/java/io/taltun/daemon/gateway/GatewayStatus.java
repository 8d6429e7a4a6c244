package io.taltun.daemon.gateway;

import java.util.List;
import java.util.Map;

/**
 * A gateway at one moment, without secrets.
 *
 * @param name of the device
 * @param publicKey base64; null while the device has no private key
 * @param listenPort UDP; 0 while the kernel has not chosen one yet
 * @param fwmark 0 for none, below 2^32
 * @param mtu of the device, in bytes
 * @param addresses of the device, with prefix lengths
 * @param uptimeSeconds since the device was ready
 * @param modes how packets are carried; null from a gateway older than this field
 * @param peers in the order in which they came
 * @param drops packets by reason; reasons that never happened are absent
 * @param counters everything else that is counted, by label
 */
public record GatewayStatus(
    String name,
    String publicKey,
    int listenPort,
    long fwmark,
    int mtu,
    List<String> addresses,
    long uptimeSeconds,
    GatewayModes modes,
    List<PeerStatus> peers,
    Map<String, Long> drops,
    Map<String, Long> counters) {
  /** Copies the lists; the maps keep their order and are not to be changed. */
  public GatewayStatus {
    addresses = List.copyOf(addresses);
    peers = List.copyOf(peers);
  }
}
