package io.taltun.daemon.state;

import io.taltun.crypto.key.PublicKey;
import io.taltun.dataplane.udp.Endpoint;

/**
 * What is remembered of one peer.
 *
 * @param endpoint where it was last; null when it never was elsewhere than configured
 * @param configured what the configuration said of its endpoint when it was learned, empty for
 *     nothing
 * @param timestamp the greatest TAI64N label of an initiation that was answered, 12 bytes that
 *     nobody changes; null for none
 */
public record PeerRecord(
    PublicKey publicKey, Endpoint endpoint, String configured, byte[] timestamp) {

  /** Of a peer that nothing is known of. */
  static PeerRecord of(PublicKey publicKey) {
    return new PeerRecord(publicKey, null, "", null);
  }

  PeerRecord at(Endpoint learned, String configuredThen) {
    return new PeerRecord(publicKey, learned, configuredThen, timestamp);
  }

  PeerRecord answered(byte[] label) {
    return new PeerRecord(publicKey, endpoint, configured, label);
  }

  boolean isAt(Endpoint learned, String configuredThen) {
    return learned.equals(endpoint) && configuredThen.equals(configured);
  }

  /**
   * Where the peer is to be looked for after a restart: where it was last, unless the configuration
   * says something else than it did then.
   *
   * @param configuredNow empty for nothing
   * @return null when the configuration is to be followed
   */
  public Endpoint endpointFor(String configuredNow) {
    return configuredNow.equals(configured) ? endpoint : null;
  }
}
