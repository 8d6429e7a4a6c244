package io.taltun.daemon.gateway;

import java.util.List;

/**
 * A peer at one moment, without secrets.
 *
 * @param name from the configuration; the key's first characters where that has none
 * @param publicKey base64
 * @param presharedKey whether there is one
 * @param state {@code idle}, {@code connecting}, {@code online} or {@code offline}
 * @param endpoint {@code 192.0.2.1:51820} or {@code [2001:db8::1]:51820}; null when not known
 * @param path {@code direct}, or null when there is none
 * @param allowedIps prefixes
 * @param lastHandshakeEpochNanos wall clock since 1970, 0 for never
 * @param receivedBytes of transport data
 * @param sentBytes of transport data
 * @param persistentKeepaliveSeconds 0 when off
 * @param deniedPackets that its access rules did not allow
 * @param receivedBytesPerSecond in the last second or two
 * @param sentBytesPerSecond the same
 * @param roundTripNanos of the latest handshake; null before the first
 * @param receiveLoss share of the peer's messages that did not come, 0 to 1; null when unknown
 */
public record PeerStatus(
    String name,
    String publicKey,
    boolean presharedKey,
    String state,
    String endpoint,
    String path,
    List<String> allowedIps,
    long lastHandshakeEpochNanos,
    long receivedBytes,
    long sentBytes,
    long persistentKeepaliveSeconds,
    long deniedPackets,
    long receivedBytesPerSecond,
    long sentBytesPerSecond,
    Long roundTripNanos,
    Double receiveLoss) {
  /** Copies the list. */
  public PeerStatus {
    allowedIps = List.copyOf(allowedIps);
  }
}
